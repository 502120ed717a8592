import { once } from "node:events";
import http2 from "node:http2";
import { promisify } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  GetModelRequestSchema,
  type GetModelResponse,
  GetModelResponseSchema,
} from "@presage/gen/presage/v1/model_pb";
import { onTestFinished } from "vitest";
import type { CallContext } from "../../server/src/services/call-context.ts";
import { createCallSteps } from "../../server/src/transport/calls.ts";
import { createEnvelopeReader } from "../../server/src/transport/envelope-reader.ts";
import type { ListenerTimeouts } from "../../server/src/transport/handler.ts";
import { createListener, type Listener } from "../../server/src/transport/listener.ts";
import {
  createStreamLane,
  type StreamLaneOptions,
  type StreamMethod,
} from "../../server/src/transport/stream-lane.ts";

/** The one method of a bench. */
export const path = "/x.Service/Method";

/** A server with nothing but the stream lane, and a client of it. */
export interface StreamBench {
  readonly client: http2.ClientHttp2Session;
  readonly faults: readonly unknown[];
  /** How many bytes of requests have come to the lane. */
  readonly received: () => number;
}

/** Answers one request by the name in it. */
export type AnswerName = (name: string, context: CallContext) => object | Promise<object>;

/** What a bench is started with. */
export type StreamBenchOptions = Partial<StreamLaneOptions> & {
  readonly timeouts?: Partial<ListenerTimeouts>;
};

/** Starts a server whose lane has one method, and connects a client; both end with the test. */
export async function startStreamBench(
  answer: AnswerName,
  options: StreamBenchOptions = {},
): Promise<StreamBench> {
  const faults: unknown[] = [];
  let received = 0;
  const method: StreamMethod = {
    path,
    input: GetModelRequestSchema,
    output: GetModelResponseSchema,
    answer: async (request, context) =>
      answer("model" in request ? String(request.model) : "", context),
  };
  const lane = createStreamLane({
    methods: [method],
    steps: createCallSteps({ reportFault: (fault) => faults.push(fault) }),
    concurrency: 4,
    maxRequestBytes: 100_000,
    maxResponseBytes: 100_000,
    maxValues: 100,
    maxDeadlineMs: 60_000,
    ...options,
  });
  const listener: Listener = createListener({
    host: "127.0.0.1",
    port: 0,
    drainGraceMs: 0,
    timeouts: options.timeouts,
    handler(_, response) {
      response.statusCode = 404;
      response.end();
    },
    takeStream(stream, headers) {
      stream.on("data", (chunk: Buffer) => {
        received += chunk.byteLength;
      });
      return lane.take({ stream, headers, answerHeaders: { vary: "Origin" } });
    },
  });
  const { port } = await listener.listen();
  const client = http2.connect(`http://127.0.0.1:${port}`);
  await once(client, "connect");
  onTestFinished(async () => {
    client.destroy();
    await listener.drain(0);
  });
  return { client, faults, received: () => received };
}

/** The answer that says a name. */
export const answerWith = (name: string): object => ({ model: { name } });

/** The bytes of requests, one for each name. */
export function requestOf(...names: readonly string[]): Buffer {
  return Buffer.concat(
    names.map((model) => {
      const message = toBinary(GetModelRequestSchema, create(GetModelRequestSchema, { model }));
      const header = Buffer.alloc(5);
      header.writeUInt32BE(message.byteLength, 1);
      return Buffer.concat([header, message]);
    }),
  );
}

/** A stream, seen from its client. */
export interface OpenCall {
  readonly stream: http2.ClientHttp2Stream;
  /** The names that were answered so far. */
  readonly answers: readonly string[];
  /** Resolves once so many answers are there. */
  count(wanted: number): Promise<void>;
  /** Resolves with the headers and trailers once the answer has ended. */
  readonly over: Promise<{ readonly headers: object; readonly trailers: Trailers }>;
}

/** The trailers of an answer. */
export type Trailers = Readonly<Record<string, unknown>>;

/** Opens a stream. */
export function openCall(
  client: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders = {},
): OpenCall {
  const stream = client.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const reader = createEnvelopeReader(200_000);
  const answers: string[] = [];
  let head: http2.IncomingHttpHeaders = {};
  let trailers: Trailers = {};
  stream.on("response", (received) => {
    head = received;
  });
  stream.on("trailers", (received) => {
    trailers = Object.fromEntries(Object.entries(received));
  });
  stream.on("data", (chunk: Buffer) => {
    reader.push(chunk);
    for (let next = reader.take(); next !== undefined; next = reader.take()) {
      const { model }: GetModelResponse = fromBinary(GetModelResponseSchema, next.subarray(5));
      answers.push(model?.name ?? "");
    }
    stream.emit("answered");
  });
  stream.on("error", () => {});
  return {
    stream,
    answers,
    async count(wanted) {
      // oxlint-disable-next-line no-await-in-loop -- each answer is an event
      while (answers.length < wanted) await once(stream, "answered");
    },
    over: once(stream, "end").then(() => ({ headers: head, trailers })),
  };
}

/** Lets everything that was sent arrive, and what follows from it there happen. */
export async function settle(client: http2.ClientHttp2Session): Promise<void> {
  const ping = promisify((done: (error: Error | null) => void) => client.ping(done));
  for (let turn = 0; turn < 10; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    await ping();
  }
}

/** Answers that wait until the test gives them. */
export interface Desk {
  readonly answer: AnswerName;
  /** Gives the answers to some names. */
  give(...names: readonly string[]): void;
  /** The names that wait for their answers. */
  readonly open: readonly string[];
}

/** Makes an empty desk. */
export function createDesk(): Desk {
  const waiting = new Map<string, PromiseWithResolvers<object>>();
  return {
    answer(name) {
      const answer = Promise.withResolvers<object>();
      waiting.set(name, answer);
      return answer.promise;
    },
    give(...names) {
      for (const name of names) {
        waiting.get(name)?.resolve(answerWith(name));
        waiting.delete(name);
      }
    },
    get open() {
      return [...waiting.keys()];
    },
  };
}
