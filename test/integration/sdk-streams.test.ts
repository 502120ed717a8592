import { setImmediate as turn } from "node:timers/promises";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { isPresageError } from "@presage/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPresageClient, type PresageClient } from "../../sdk/src/client.ts";
import { createNodeTransport } from "../../sdk/src/node-transport.ts";
import type { StreamSource } from "../../sdk/src/stream.ts";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

/** Connect's own way and the SDK's own, which must not differ in what a caller sees. */
const transports: ((baseUrl: string) => Transport)[] = [
  (baseUrl) => createGrpcTransport({ baseUrl }),
  (baseUrl) => createNodeTransport({ baseUrl }),
];

const maxRequestBytes = 4 * 1024 * 1024;
let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer({ maxRequestBytes });
});
afterAll(() => server.close());

interface StreamCase {
  readonly source: () => StreamSource;
  readonly timeoutMs?: number;
  /** After how many results its signal is aborted. @default never */
  readonly abortAfter?: number;
}

interface Outcome {
  /** Every result by its request's id: the answer's rows, or its error. */
  readonly results: Readonly<Record<string, unknown>>;
  /** What the stream failed with. */
  readonly failure: unknown;
}

/** Everything that a caller sees of a stream, without what differs from call to call. */
async function runCase(
  client: PresageClient,
  { source, timeoutMs = Infinity, abortAfter = 0 }: StreamCase,
): Promise<Outcome> {
  const results: Record<string, unknown> = {};
  const controller = new AbortController();
  const call = { timeoutMs, signal: controller.signal };
  try {
    for await (const { requestId, prediction, error } of client.predictStream(
      "iris",
      source(),
      call,
    )) {
      const tensors = Object.entries(prediction?.tensors ?? {}).map(([name, { shape, data }]) => [
        name,
        shape,
        data.length,
        data[0],
      ]);
      results[requestId] = error === undefined ? [prediction.rows, tensors] : describeError(error);
      if (Object.keys(results).length === abortAfter) controller.abort();
    }
    return { results, failure: undefined };
  } catch (error) {
    return { results, failure: describeError(error) };
  }
}

function describeError(error: unknown): unknown {
  if (!isPresageError(error)) return error;
  const { code, reason, message, violations, retryAfterMs } = error;
  return { code, reason, message, violations, retryAfterMs };
}

const flower = [5.1, 3.5, 1.4, 0.2];
// Probabilities differ in their last digits with the size of the batch that a row is run in.
const row = { rows: flower, outputs: ["label"] };
const wrong = { rows: [1, 2] };

function* many(count: number) {
  for (let index = 0; index < count; index += 1)
    yield index % 7 === 3 ? { ...wrong, requestId: `${index}` } : { ...row, requestId: `${index}` };
}

async function* slowly(count: number) {
  for (let index = 0; index < count; index += 1) {
    await turn();
    yield { ...row, requestId: `${index}` };
  }
}

async function* withoutEnd() {
  yield row;
  await new Promise(() => undefined);
}

function tensorOf(rows: number) {
  const data = Float32Array.from({ length: rows * 4 }, (_, index) => flower[index % 4] ?? 0);
  return { tensors: { X: { shape: [rows, 4], data } } };
}

const failure = new Error("file not readable");

const cases: [what: string, StreamCase, count: number, failed: unknown][] = [
  ["no requests", { source: () => [] }, 0, undefined],
  ["one request", { source: () => [row] }, 1, undefined],
  ["many requests, some of them wrong", { source: () => many(500) }, 500, undefined],
  ["requests that come one by one", { source: () => slowly(50) }, 50, undefined],
  ["a request that cannot be sent", { source: () => [{ rows: [Number.NaN] }, row] }, 2, undefined],
  ["large requests and answers", { source: () => [row, tensorOf(100_000), row] }, 3, undefined],
  [
    "a request beyond the server's limit",
    { source: () => [tensorOf(300_000)] },
    0,
    expect.objectContaining({ code: "resource_exhausted", reason: "MESSAGE_TOO_LARGE" }),
  ],
  [
    "a caller who cancels",
    { source: withoutEnd, abortAfter: 1 },
    1,
    expect.objectContaining({ code: "canceled" }),
  ],
  [
    "a deadline",
    { source: withoutEnd, timeoutMs: 200 },
    1,
    expect.objectContaining({ code: "deadline_exceeded" }),
  ],
  [
    "a source that fails",
    {
      async *source() {
        yield* [];
        throw failure;
      },
    },
    0,
    failure,
  ],
];

describe("predictStream() by connect-node and by the SDK's own transport", () => {
  for (const [what, streamCase, count, failed] of cases) {
    it(`gives the same for ${what}`, async () => {
      const outcomes: Outcome[] = [];
      for (const create of transports)
        outcomes.push(await runCase(createPresageClient(create(server.url)), streamCase));
      const [stock, lean] = outcomes;
      expect(lean).toEqual(stock);
      expect(Object.keys(lean?.results ?? {})).toHaveLength(count);
      expect(lean?.failure).toEqual(failed);
    });
  }

  // Not so by connect-node: what it says depends on whether the end or the reset comes first.
  it("fails with unavailable when the server goes, by the SDK", async () => {
    const leaving = await startBuiltServer({ timeouts: { drainMs: 0 } });
    const client = createPresageClient(createNodeTransport({ baseUrl: leaving.url }));
    const results = client.predictStream("iris", withoutEnd());
    await results.next();
    const closed = leaving.close();
    await expect(results.next()).rejects.toMatchObject({ code: "unavailable" });
    await closed;
  });
});
