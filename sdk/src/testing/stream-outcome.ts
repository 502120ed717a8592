import type { ServerHttp2Stream } from "node:http2";
import { setImmediate as turn } from "node:timers/promises";
import type { StreamResponse, Transport } from "@connectrpc/connect";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { describeError, own } from "./unary-outcome.ts";

/** What can be set for a stream. */
export interface StreamCall {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** The ids of its requests. Default: one. */
  readonly requests?: AsyncIterable<string> | Iterable<string>;
}

type Method = (typeof InferenceService.method)["predictStream"];
type Answer = StreamResponse<Method["input"], Method["output"]>;

/** Opens a stream whose requests have these ids. */
export function openIds(
  transport: Transport,
  { signal, timeoutMs, requests = ["r"] }: StreamCall = {},
): Promise<Answer> {
  async function* input() {
    for await (const requestId of requests) yield { request: { requestId } };
  }
  return transport.stream(
    InferenceService.method.predictStream,
    signal,
    timeoutMs,
    undefined,
    input(),
  );
}

/** Everything that a caller can see of a stream's outcome: the ids of its answers, and its end. */
export async function streamOutcome(transport: Transport, call?: StreamCall): Promise<unknown> {
  const ids: string[] = [];
  try {
    const answer = await openIds(transport, call);
    for await (const { requestId } of answer.message) ids.push(requestId);
    return { ids, header: own(answer.header), trailer: own(answer.trailer) };
  } catch (thrown) {
    return { ids, error: describeError(thrown) };
  }
}

/** The answer with an id, on the wire. */
export function encodeAnswer(requestId: string): Uint8Array {
  const id = Buffer.from(requestId);
  const message = Buffer.concat([Buffer.of(0x0a, id.byteLength), id]);
  return Buffer.concat([Buffer.of(0, 0, 0, 0, message.byteLength), message]);
}

/** Answers with these ids, and the status OK. */
export function answerIds(stream: ServerHttp2Stream, ids: readonly string[]): void {
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
  for (const id of ids) stream.write(encodeAnswer(id));
  stream.end();
}

/** Ids without end, which tell when they are ended. */
export function createSource(): AsyncIterableIterator<string> & {
  readonly ended: Promise<string>;
} {
  const ended = Promise.withResolvers<string>();
  const source = {
    ended: ended.promise,
    async next() {
      await turn();
      return { done: false as const, value: "r" };
    },
    async return() {
      ended.resolve("returned");
      return { done: true as const, value: undefined };
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}

/** Waits until a number does not change for many turns of the event loop, and gives it. */
export async function settle(read: () => number): Promise<number> {
  for (let last = -1, still = 0; still < 300; ) {
    await turn();
    const now = read();
    still = now === last ? still + 1 : 0;
    last = now;
  }
  return read();
}
