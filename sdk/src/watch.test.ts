import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { InferenceService, WatchMetricsResponseSchema } from "@presage/gen/presage/v1/inference_pb";
import { describe, expect, it } from "vitest";
import { createPresageClient, type PresageClient } from "./client.ts";
import { createFakeServer, type FakeServer } from "./testing/fake-server.ts";
import { takeSamples } from "./testing/samples.ts";

function setUp(): { server: FakeServer; client: PresageClient } {
  const server = createFakeServer();
  return { server, client: createPresageClient(createRouterTransport(server.routes)) };
}

const answer = create(WatchMetricsResponseSchema, {
  metrics: { time: timestampFromMs(0), metrics: [{ samples: 1n }] },
});

/** A client whose streams answer with what the messages give. */
function streaming(messages: AsyncIterable<unknown>): PresageClient {
  const transport = createRouterTransport(() => undefined);
  const stream = async (method: unknown): Promise<unknown> => ({
    stream: true,
    method,
    message: messages,
  });
  return createPresageClient({ ...transport, stream: stream as Transport["stream"] });
}

describe("watchMetrics()", () => {
  it("answers each time, asks what the query says, and cancels when its reader leaves", async () => {
    const { server, client } = setUp();
    const options = { version: 2, window: { lastRows: 10 } } as const;
    expect(await takeSamples(client.watchMetrics("echo", options), 3)).toEqual([1, 2, 3]);
    await server.cancelled;
    expect(server.queries).toMatchObject([
      { model: "echo", version: "2", window: { bound: { case: "lastRows", value: 10n } } },
    ]);
  });

  it("rejects with canceled when its signal is aborted, and cancels the stream", async () => {
    const { server, client } = setUp();
    const controller = new AbortController();
    const watch = client.watchMetrics("echo", { signal: controller.signal });
    for (let count = 0; count < 3; count += 1) await watch.next();
    const waiting = watch.next();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "canceled" });
    await server.cancelled;
    expect(await watch.next()).toEqual({ done: true, value: undefined });
  });

  it("does not call at all if its signal is aborted before", async () => {
    const { server, client } = setUp();
    const watch = client.watchMetrics("echo", { signal: AbortSignal.abort() });
    await expect(watch.next()).rejects.toMatchObject({ code: "canceled" });
    expect(server.queries).toHaveLength(0);
  });

  it("ends when the server ends the stream", async () => {
    async function* two(): AsyncGenerator {
      yield answer;
      yield answer;
    }
    expect(await takeSamples(streaming(two()).watchMetrics("echo"), Infinity)).toEqual([1, 1]);
  });

  it("reads an answer only when it is asked for one", async () => {
    let read = 0;
    const endless = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          read += 1;
          return { done: false, value: answer };
        },
      }),
    };
    const watch = streaming(endless).watchMetrics("echo");
    for (const expected of [1, 2, 3]) {
      await watch.next();
      expect(read).toBe(expected);
    }
    await watch.return?.();
    expect(read).toBe(3);
  });

  it("rejects with the error of the server, and is not opened again", async () => {
    let opened = 0;
    const transport = createRouterTransport(({ service }) => {
      service(InferenceService, {
        async *watchMetrics() {
          opened += 1;
          yield answer;
          throw new ConnectError("the store cannot be read", Code.Unavailable);
        },
      });
    });
    const watch = createPresageClient(transport).watchMetrics("echo");
    await watch.next();
    await expect(watch.next()).rejects.toMatchObject({
      code: "unavailable",
      message: "the store cannot be read",
    });
    expect(opened).toBe(1);
  });

  it("rejects with internal if an answer has no metrics", async () => {
    const transport = createRouterTransport(({ service }) => {
      service(InferenceService, {
        async *watchMetrics() {
          yield {};
        },
      });
    });
    const watch = createPresageClient(transport).watchMetrics("echo");
    await expect(watch.next()).rejects.toMatchObject({ code: "internal" });
  });

  it("refuses a query that cannot be sent", async () => {
    const { client } = setUp();
    const watch = client.watchMetrics("echo", { window: { lastRows: -1 } });
    await expect(watch.next()).rejects.toMatchObject({
      violations: [{ field: "window.lastRows" }],
    });
  });
});
