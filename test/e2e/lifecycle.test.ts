import { fileURLToPath } from "node:url";
import { createClient as createRpcClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "@presage/gen/grpc/health/v1/health_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { createClient, type PresageError } from "@presage/sdk/node";
import { afterEach, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { protocols } from "../support/protocols.ts";
import { startServer } from "../support/start-server.ts";

/** Has the model `slow`, which takes some 200 ms for a run, and tiny ones. */
const edgeModels = fileURLToPath(new URL("../data/edge", import.meta.url));

const binaryProtocols = protocols.filter(({ options }) => options.format === "binary");

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startEdge(): Promise<BuiltServer> {
  const server = await startBuiltServer({ models: edgeModels });
  closing.push(() => server.close());
  return server;
}

const failureOf = (call: Promise<unknown>): Promise<PresageError | undefined> =>
  call.then(
    () => undefined,
    (error: unknown) => error as PresageError,
  );

describe.each(binaryProtocols)("deadlines and cancellation over $name", ({ options }) => {
  it("end the calls that wait, and no other", async () => {
    const { url } = await startEdge();
    const client = createClient({ baseUrl: url, retry: false, ...options });
    const running = client.predict("slow", { x: 1 });
    const late = failureOf(client.predict("slow", { x: 2 }, { timeoutMs: 60 }));
    const cancelled = new AbortController();
    const left = failureOf(client.predict("slow", { x: 3 }, { signal: cancelled.signal }));
    cancelled.abort();
    expect((await left)?.code).toBe("canceled");
    expect((await late)?.code).toBe("deadline_exceeded");
    expect(Object.values((await running).row)).toEqual([1]);
    expect((await client.predict("scalar", { x: 1 })).row).toEqual({ y: 2 });
  });
});

describe("the deadline header", () => {
  it("reaches the server: the error is the server's own, with its reason", async () => {
    const { url } = await startEdge();
    const slow = createClient({ baseUrl: url }).predict("slow", { x: 1 });
    const response = await fetch(`${url}/presage.v1.InferenceService/Predict`, {
      method: "POST",
      headers: { "content-type": "application/json", "connect-timeout-ms": "20" },
      body: '{"model": "slow", "rows": [[1]]}',
    });
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({
      code: "deadline_exceeded",
      details: [{ type: "google.rpc.ErrorInfo", debug: { reason: "DEADLINE_EXCEEDED" } }],
    });
    await slow;
  });
});

const streamingProtocols = protocols.filter(
  ({ options }) => options.protocol === "grpc" || options.httpVersion === "2",
);

describe.each(streamingProtocols)("PredictStream over $name", ({ options }) => {
  it("answers every request of a stream by its id, the failing ones with an error of their own", async () => {
    const { url } = await startEdge();
    const client = createClient({ baseUrl: url, ...options });
    const requests = Array.from({ length: 200 }, (_, index) => ({
      requestId: `r${index}`,
      rows: index % 10 === 3 ? { y: 1 } : { x: index },
    }));
    const values = new Map<string, unknown>();
    for await (const result of client.predictStream("scalar", requests)) {
      values.set(
        result.requestId,
        result.error === undefined ? result.prediction.rows[0] : result.error.violations.length,
      );
    }
    expect(values).toEqual(
      new Map(
        requests.map(({ requestId }, index) => [
          requestId,
          index % 10 === 3 ? 2 : { y: index * 2 },
        ]),
      ),
    );
  });
});

describe("PredictStream", () => {
  it("answers while the caller's side is still open", async () => {
    const { url } = await startEdge();
    const client = createRpcClient(InferenceService, createGrpcTransport({ baseUrl: url }));
    const answered = Promise.withResolvers<void>();
    async function* requests() {
      yield { request: { model: "scalar", requestId: "first", rows: [] } };
      await answered.promise;
    }
    const ids: string[] = [];
    for await (const { requestId, outcome } of client.predictStream(requests())) {
      ids.push(`${requestId}: ${outcome.case}`);
      answered.resolve();
    }
    expect(ids).toEqual(["first: error"]);
  });
});

describe("grpc.health.v1", () => {
  const connect = (url: string) => createRpcClient(Health, createGrpcTransport({ baseUrl: url }));

  it("answers Check, List and Watch, for the server and each service", async () => {
    const { url } = await startEdge();
    const health = connect(url);
    const { statuses } = await health.list({});
    const names = Object.keys(statuses).filter((name) => !name.startsWith("presage.models."));
    expect(names.toSorted()).toEqual([
      "",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
      "presage.v1.InferenceService",
      "presage.v1.ModelService",
    ]);
    for (const service of Object.keys(statuses)) {
      expect((await health.check({ service })).status).toBe(Serving.SERVING);
    }
    await expect(health.check({ service: "nobody" })).rejects.toMatchObject({ code: 5 });
  });

  it("tells watchers NOT_SERVING before the server ends, and unknown ones SERVICE_UNKNOWN", async () => {
    const server = await startEdge();
    const health = connect(server.url);
    const told = async (service: string) => {
      const seen: Serving[] = [];
      try {
        for await (const { status } of health.watch({ service })) {
          seen.push(status);
          if (seen.length === 1) ready.get(service)?.resolve();
        }
      } catch {
        // The stream ends with UNAVAILABLE.
      }
      return seen;
    };
    const ready = new Map(
      ["", "nobody"].map((service) => [service, Promise.withResolvers<void>()]),
    );
    const watching = Promise.all([told(""), told("nobody")]);
    await Promise.all([...ready.values()].map(({ promise }) => promise));
    expect(await server.close()).toEqual({ cut: 0 });
    expect(await watching).toEqual([
      [Serving.SERVING, Serving.NOT_SERVING],
      [Serving.SERVICE_UNKNOWN],
    ]);
  });
});

describe("SIGTERM", () => {
  it.each(protocols)(
    "answers every call in flight over $name, then ends with 0",
    async ({ options }) => {
      const server = await startServer({ directory: edgeModels });
      closing.push(() => server.stop());
      const client = createClient({ baseUrl: server.url, retry: false, ...options });
      await client.predict("scalar", { x: 1 });
      const calls = [1, 2, 3].map((x) => client.predict("slow", { x }));
      const probe = await fetch(`${server.url}/readyz`);
      expect(probe.status).toBe(200);
      const started = performance.now();
      const stopped = server.stop();
      const answers = await Promise.all(calls);
      expect(answers.map(({ row }) => Object.values(row))).toEqual([[1], [2], [3]]);
      expect(await stopped).toBe(0);
      expect(performance.now() - started).toBeLessThan(5000);
      await expect(fetch(`${server.url}/readyz`)).rejects.toThrow("fetch failed");
    },
  );

  it("cuts what outlasts the drain deadline, says so, and ends with 1", async () => {
    const server = await startServer({
      directory: edgeModels,
      environment: { PRESAGE_TIMEOUTS_DRAIN: "0.5s" },
    });
    closing.push(() => server.stop());
    const client = createRpcClient(InferenceService, createGrpcTransport({ baseUrl: server.url }));
    const open = Promise.withResolvers<void>();
    async function* endless() {
      yield { request: { model: "scalar" } };
      await open.promise;
    }
    const stream = client.predictStream(endless())[Symbol.asyncIterator]();
    await stream.next();
    expect(await server.stop()).toBe(1);
    await expect(stream.next()).rejects.toMatchObject({ name: "ConnectError" });
    open.resolve();
    expect(server.lines()).toContainEqual(
      expect.objectContaining({
        level: "warn",
        msg: "the drain deadline passed: 1 connections were cut",
        cut: 1,
      }),
    );
  });
});
