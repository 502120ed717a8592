import type { DescMessage, Registry } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { ServingError } from "../core/errors.ts";
import type { CallContext } from "../services/call-context.ts";
import type { CallSteps } from "./calls.ts";
import { createChunkList } from "./chunk-list.ts";
import { compressAnswer } from "./compression.ts";
import type { ConnectLane } from "./connect-lane.ts";
import { readDeadline } from "./deadline-header.ts";
import type { Exchange } from "./exchange.ts";
import { type AddedMetadata, createPlainContext } from "./plain-context.ts";
import {
  type AnyMessage,
  completeMessage,
  createPlainProtocols,
  findPlainProtocol,
  type PlainAnswer,
  type PlainProtocol,
} from "./plain-protocols.ts";
import { createPlainSignal, type PlainSignal } from "./plain-signal.ts";
import { tooLarge } from "./request-body.ts";

/** A method with one request and one answer. */
export interface UnaryMethod {
  /** The path of its calls, e.g. `/presage.v1.InferenceService/Predict`. */
  readonly path: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Answers a call; an answer may leave fields out. */
  readonly answer: (request: AnyMessage, context: CallContext) => object | Promise<object>;
}

/** What the plain lane works with. */
export interface PlainLaneOptions {
  readonly methods: readonly UnaryMethod[];
  readonly steps: CallSteps;
  /** The messages that a `google.protobuf.Any` may hold, which JSON shows in full. */
  readonly anyTypes: Registry;
  /** Answers what turns out, once its body is read, not to be of the common kind. */
  readonly connect: ConnectLane;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** The most values that one request message may hold. */
  readonly maxValues: number;
  readonly maxDeadlineMs: number;
}

/** Takes calls of the common kind. */
export interface PlainLane {
  /** Takes a POST request if it is of the common kind, and answers it; else returns false. */
  take(exchange: Exchange): boolean;
}

/**
 * Makes the short way for the common kind of call: one request and one answer,
 * in gRPC, gRPC-Web or Connect, neither compressed nor with odd headers. It
 * judges nothing: any request that is not just so goes to Connect's engine,
 * with its body where that was read already.
 */
export function createPlainLane(options: PlainLaneOptions): PlainLane {
  const protocols = createPlainProtocols(options.anyTypes);
  const methods = new Map(options.methods.map((method) => [method.path, method]));
  const { maxRequestBytes, maxDeadlineMs } = options;

  return {
    take(exchange) {
      const method = methods.get(exchange.path);
      if (method === undefined) return false;
      const protocol = findPlainProtocol(protocols, exchange.headers, exchange.version);
      if (protocol === undefined) return false;
      const asked = exchange.headers[protocol.deadlineHeader];
      const timeoutMs =
        typeof asked === "string"
          ? readDeadline(protocol.deadlineHeader, asked, maxDeadlineMs)
          : undefined;
      if (asked !== undefined && timeoutMs === undefined) return false;
      const call = { exchange, method, protocol, timeoutMs };
      readBody(exchange, maxRequestBytes + (protocol.bare ? 0 : 5), (body) => {
        if (body === undefined)
          exchange.send(
            protocol.fail(options.steps.refuse(tooLarge(maxRequestBytes)), nothingAdded),
          );
        else void answerCall(call, body, options);
      });
      return true;
    },
  };
}

const nothingAdded: AddedMetadata = { header: undefined, trailer: undefined };

interface PlainCall {
  readonly exchange: Exchange;
  readonly method: UnaryMethod;
  readonly protocol: PlainProtocol;
  readonly timeoutMs: number | undefined;
}

/** Reads a body to its end, and calls back with it; with undefined once it is past the limit. */
function readBody(
  { source }: Exchange,
  limit: number,
  done: (body: Uint8Array | undefined) => void,
): void {
  let only: Uint8Array | undefined;
  let list: ReturnType<typeof createChunkList> | undefined;
  let size = 0;
  const take = (chunk: Buffer): void => {
    size += chunk.byteLength;
    if (size > limit) {
      source.off("data", take);
      source.off("end", end);
      done(undefined);
    } else if (only === undefined) only = chunk;
    else {
      if (list === undefined) {
        list = createChunkList();
        list.push(only);
      }
      list.push(chunk);
    }
  };
  const end = (): void => done(list?.take(size) ?? only ?? new Uint8Array(0));
  source.on("data", take);
  source.on("end", end);
}

async function answerCall(
  call: PlainCall,
  body: Uint8Array,
  options: PlainLaneOptions,
): Promise<void> {
  const { exchange, method, protocol, timeoutMs } = call;
  const request = protocol.read(method.input, body, options.maxValues);
  if (request === undefined) {
    const { request: odd, response } = exchange.compatible();
    options.connect(odd, response, body);
    return;
  }
  const signal = createPlainSignal();
  exchange.onClose(() => signal.abort(undefined));
  const timer = timeoutMs === undefined ? undefined : startDeadline(timeoutMs, signal);
  const context = createPlainContext({ exchange, signal, timeoutMs });
  let answer: PlainAnswer;
  try {
    // Writing is a step of the call as well: what goes wrong there is told, and reported, alike.
    answer = await options.steps.runUnary(signal, async () => {
      const message = completeMessage(method.output, await method.answer(request, context));
      const written = protocol.write(method.output, message, context.added);
      assertSize(written, options.maxResponseBytes);
      return protocol.bare ? compressAnswer(written, exchange.headers["accept-encoding"]) : written;
    });
  } catch (failure) {
    answer = protocol.fail(ConnectError.from(failure), context.added);
  }
  clearTimeout(timer);
  exchange.send(answer);
}

function startDeadline(timeoutMs: number, signal: PlainSignal): NodeJS.Timeout {
  return setTimeout(() => {
    // The reason that Connect's engine gives, so that a method sees the same on both lanes.
    signal.abort(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  }, timeoutMs);
}

function assertSize({ body }: PlainAnswer, limit: number): void {
  const size = body.reduce((sum, piece) => sum + piece.byteLength, 0);
  if (size <= limit) return;
  throw new ServingError(
    "MESSAGE_TOO_LARGE",
    `the response message is larger than the server's limit of ${limit} bytes (limits.maxResponseBytes)`,
  );
}
