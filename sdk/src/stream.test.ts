import { createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { createPresageClient, type PresageClient } from "./client.ts";
import type { StreamRequest } from "./predictions.ts";
import type { StreamResult } from "./stream.ts";
import { tensor } from "./tensors.ts";
import { createFakeServer, type FakeServer } from "./testing/fake-server.ts";

function setUp(): { server: FakeServer; client: PresageClient } {
  const server = createFakeServer();
  return { server, client: createPresageClient(createRouterTransport(server.routes)) };
}

async function collect<A>(results: AsyncIterable<StreamResult<A>>): Promise<StreamResult<A>[]> {
  const collected = [];
  for await (const result of results) collected.push(result);
  return collected;
}

function summary(results: StreamResult<unknown>[]): unknown[] {
  return results.map(({ requestId, prediction, error }) => [
    requestId,
    prediction?.rows ?? error?.code,
  ]);
}

async function* endless(onReturn: () => void): AsyncGenerator<StreamRequest> {
  try {
    for (;;) yield { rows: { x: 1 } };
  } finally {
    onReturn();
  }
}

describe("runStream()", () => {
  it("answers rows and tensors, and names the requests that have no name", async () => {
    const { client } = setUp();
    const X = tensor("FP32", [2], Float32Array.of(1, 2));
    const source: StreamRequest[] = [
      { rows: { x: 1 } },
      { rows: [[1], [2]], requestId: "mine" },
      { tensors: { X } },
    ];
    const results = await collect(client.predictStream("echo", source));
    expect(summary(results)).toEqual([
      ["#1", [{ x: 1 }]],
      ["mine", [{ list: [1] }, { list: [2] }]],
      ["#3", []],
    ]);
    expect(results[2]?.prediction?.tensors).toEqual({ X });
  });

  it("goes on after a request that the server refuses", async () => {
    const { client } = setUp();
    const source = [{ model: "other", rows: [{ x: 1 }] }, { rows: { x: 2 } }];
    expect(summary(await collect(client.predictStream("echo", source)))).toEqual([
      ["#1", "not_found"],
      ["#2", [{ x: 2 }]],
    ]);
  });

  it("goes on after a request that cannot be sent, and does not send it", async () => {
    const { server, client } = setUp();
    const source = [{ rows: { x: Number.NaN } }, { rows: { x: 2 } }];
    const results = await collect(client.predictStream("echo", source));
    const byId = new Map(results.map((result) => [result.requestId, result]));
    expect(byId.get("#1")?.error?.code).toBe("invalid_argument");
    expect(byId.get("#2")?.prediction?.rows).toEqual([{ x: 2 }]);
    expect(byId.get("#1")?.error?.violations).toMatchObject([{ field: "rows[0].x" }]);
    expect(server.requests).toHaveLength(1);
  });

  it("answers when only requests that cannot be sent were given", async () => {
    const { client } = setUp();
    const results = await collect(client.predictStream("echo", [{ rows: { x: Number.NaN } }]));
    expect(summary(results)).toEqual([["#1", "invalid_argument"]]);
  });

  it("cancels the stream and ends the source when its reader leaves", async () => {
    const { server, client } = setUp();
    const returned = Promise.withResolvers<void>();
    for await (const result of client.predictStream("echo", endless(returned.resolve))) {
      expect(result.requestId).toBe("#1");
      break;
    }
    await Promise.all([server.cancelled, returned.promise]);
  });

  it("fails with canceled when its signal is aborted, before or during the stream", async () => {
    const { client } = setUp();
    const controller = new AbortController();
    const returned = Promise.withResolvers<void>();
    const { signal } = controller;
    const results = client.predictStream("echo", endless(returned.resolve), { signal });
    expect(await results.next()).toMatchObject({ value: { requestId: "#1" } });
    controller.abort();
    await expect(collect(results)).rejects.toMatchObject({ code: "canceled" });
    await returned.promise;
    const late = client.predictStream("echo", [], { signal });
    await expect(late.next()).rejects.toMatchObject({ code: "canceled" });
  });

  it("throws what its source throws", async () => {
    const { client } = setUp();
    const failure = new Error("file not readable");
    async function* source(): AsyncGenerator<StreamRequest> {
      yield { rows: { x: 1 } };
      throw failure;
    }
    await expect(collect(client.predictStream("echo", source()))).rejects.toBe(failure);
  });

  it("ends at its deadline", async () => {
    const { client } = setUp();
    async function* silent(): AsyncGenerator<StreamRequest> {
      await new Promise(() => undefined);
      yield { rows: {} };
    }
    const results = client.predictStream("echo", silent(), { timeoutMs: 5 });
    await expect(results.next()).rejects.toMatchObject({ code: "deadline_exceeded" });
  });
});
