import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { InferenceService, PredictStreamRequestSchema } from "@presage/gen/presage/v1/inference_pb";
import { GetModelResponseSchema, ModelService } from "@presage/gen/presage/v1/model_pb";
import { onTestFinished } from "vitest";
import { createCallSteps } from "../../server/src/transport/calls.ts";
import { createCors } from "../../server/src/transport/cors.ts";
import type { CallTaker } from "../../server/src/transport/exchange.ts";
import type { Handler } from "../../server/src/transport/handler.ts";
import { createProbes } from "../../server/src/transport/http/probes.ts";
import {
  createListener,
  type Listener,
  type ListenerOptions,
} from "../../server/src/transport/listener.ts";
import { createLiveLanes, type LiveLanes } from "../../server/src/transport/live-lanes.ts";
import { unaryMethods } from "../../server/src/transport/routes.ts";
import { createManualTimer, type ManualTimer } from "./manual-timer.ts";
import { connectRaw, type RawAnswer, type RawHttp2, type RawHttp2Options } from "./raw-http2.ts";

/** The largest request of a bench, in bytes, unless told otherwise. */
const largestRequest: number = 64 * 1024 * 1024;

/** A call that waits for the test. */
export interface WaitingCall {
  /** Lets it be answered. */
  readonly answer: () => void;
  readonly signal: Pick<AbortSignal, "aborted">;
}

/** A listener whose calls of GetModel go past Node's HTTP/2, and what became of them. */
export interface Http2Bench {
  readonly listener: Listener;
  readonly port: number;
  /** Runs the steps of the listener's drain. */
  readonly timer: ManualTimer;
  /** How many calls went past Node's HTTP/2. */
  taken(): number;
  /** The calls for models whose name begins with `slow`, each by its name. */
  readonly slow: ReadonlyMap<string, WaitingCall>;
  /** Connects a client, which ends with the test. */
  connect(options?: RawHttp2Options): Promise<RawHttp2>;
}

/** What a bench is started with. */
export interface Http2BenchOptions extends Partial<ListenerOptions> {
  /** @default 64 MiB */
  readonly maxRequestBytes?: number;
}

/**
 * Starts a listener that ends with the test. GetModel echoes the model's name; a name that begins
 * with `slow` waits, one that is `large` and a number has a description of so many bytes,
 * `header` and a number a header of so many, and `fails` and a number an error with such a
 * message. Node's HTTP/2 serves the rest: `/bytes/` and a number, probes and streams.
 */
export async function startHttp2Bench({
  maxRequestBytes = largestRequest,
  ...options
}: Http2BenchOptions = {}): Promise<Http2Bench> {
  const slow = new Map<string, WaitingCall>();
  let taken = 0;
  const lanes = createEchoLanes(slow, maxRequestBytes);
  const takeCall: CallTaker = (exchange) => {
    const isTaken = lanes.takeCall(exchange);
    if (isTaken) taken += 1;
    return isTaken;
  };
  const timer = createManualTimer();
  const listener = createListener({
    host: "127.0.0.1",
    port: 0,
    handler: serveBytes(lanes.handle),
    takeCall,
    timer,
    ...options,
  });
  const { port } = await listener.listen();
  const clients: RawHttp2[] = [];
  onTestFinished(async () => {
    for (const { socket } of clients) socket.destroy();
    const drained = listener.drain(0);
    while (timer.pending().length > 0) timer.fireNext();
    await drained;
  });
  return {
    listener,
    port,
    timer,
    taken: () => taken,
    slow,
    async connect(connecting) {
      const client = await connectRaw(port, connecting);
      clients.push(client);
      return client;
    },
  };
}

/** Resolves once a condition holds that no event tells of. */
export async function poll(condition: () => boolean): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- each look comes after some time
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, pollMs));
}

const pollMs = 5;

/** What is expected of a call that was answered, by the name in the answer. */
export interface EchoAnswer {
  readonly status: string | undefined;
  readonly grpcStatus: string | undefined;
  readonly name: string | undefined;
}

/** Reads an answer of GetModel over gRPC. */
export function readEcho({ headers, body, trailers }: RawAnswer): EchoAnswer {
  return {
    status: headers?.[":status"],
    grpcStatus: trailers?.["grpc-status"],
    name:
      body.byteLength === 0
        ? undefined
        : fromBinary(GetModelResponseSchema, body.subarray(envelopeBytes)).model?.name,
  };
}

/** The answer to a call for a model of this name. */
export function echoOf(name: string): EchoAnswer {
  return { status: "200", grpcStatus: "0", name };
}

/** The path of a stream, which Node's HTTP/2 serves. */
export const streamPath = "/presage.v1.InferenceService/PredictStream";

const envelopeBytes = 5;

/** A message of the stream; each is answered with an empty one. */
export function streamMessage(): Buffer {
  const message = toBinary(PredictStreamRequestSchema, create(PredictStreamRequestSchema, {}));
  const envelope = Buffer.alloc(envelopeBytes);
  envelope.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([envelope, message]);
}

const bytesPath = "/bytes/";

function serveBytes(otherwise: Handler): Handler {
  return (request, response) => {
    const { url = "" } = request;
    if (!url.startsWith(bytesPath)) otherwise(request, response);
    else response.end(Buffer.alloc(Number(url.slice(bytesPath.length)), "b"));
  };
}

function createEchoLanes(slow: Map<string, WaitingCall>, maxRequestBytes: number): LiveLanes {
  const reportFault = (): void => {};
  const models: Pick<ServiceImpl<typeof ModelService>, "getModel"> = {
    async getModel({ model }, { signal, responseHeader }) {
      if (model.startsWith("slow"))
        await new Promise<void>((answer) => {
          slow.set(model, { answer, signal });
        });
      const [, kind, number] = /^(large|header|fails)(\d+)$/.exec(model) ?? [];
      const text = "d".repeat(Number(number ?? 0));
      if (kind === "header") responseHeader.set("x-large", text);
      if (kind === "fails") throw new ConnectError(text, Code.InvalidArgument);
      return { model: { name: model, description: kind === "large" ? text : "" } };
    },
  };
  const routes = {
    register(router) {
      router.service(ModelService, models);
      router.service(InferenceService, {
        async *predictStream(requests) {
          for await (const _ of requests) yield {};
        },
      });
    },
    unary: unaryMethods(ModelService, models).filter(({ path }) => path.endsWith("/GetModel")),
    streams: [],
  } satisfies Parameters<typeof createLiveLanes>[0];
  return createLiveLanes(routes, {
    cors: createCors({ allowedOrigins: [] }),
    probes: createProbes({ isReady: () => true }),
    steps: createCallSteps({ reportFault }),
    concurrency: 1,
    reportFault,
    maxRequestBytes,
    maxResponseBytes: 64 * 1024 * 1024,
    maxValues: 1000,
    maxDeadlineMs: 60_000,
  });
}
