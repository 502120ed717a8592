import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { request1, request2, session2 } from "../support/sockets.ts";

let server: BuiltServer;
beforeEach(async () => {
  server = await startBuiltServer({ maxRequestBytes: 4000 });
});
afterEach(() => server.close());

const predict = "presage.v1.InferenceService/Predict";
const stream = "presage.v1.InferenceService/PredictStream";

/** What a call is counted by. */
const columns = ["rpc_system_name", "rpc_method", "rpc_status_code", "model", "version"];

/** Reads the samples of a metric that are not 0, by the labels of these names. */
async function read(metric: string, labels: readonly string[]): Promise<Record<string, number>> {
  const { body } = await request1(server.port, { path: "/metrics" });
  const samples = body.split("\n").flatMap((line) => {
    const [, name, list = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name !== metric || value === "0") return [];
    const pairs = new Map(
      [...list.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", text = ""]) => [label, text]),
    );
    return [[labels.map((label) => pairs.get(label) ?? "").join(" "), Number(value)] as const];
  });
  return Object.fromEntries(samples);
}

const counted = (): Promise<Record<string, number>> =>
  read("rpc_server_call_duration_seconds_count", columns);

/** The code of what a call fails with; undefined if it is answered. */
async function codeOf(call: Promise<unknown>): Promise<Code | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return ConnectError.from(error).code;
  }
}

const iris = (values: readonly number[]) => ({
  model: "iris",
  rows: [
    {
      kind: {
        case: "listValue" as const,
        value: {
          values: values.map((value) => ({ kind: { case: "numberValue" as const, value } })),
        },
      },
    },
  ],
});

const good = iris([5.1, 3.5, 1.4, 0.2]);

/** The ways to call: over each protocol, on the plain lane and, as it is compressed, through Connect's engine. */
const ways = (["plain", "compressed"] as const).flatMap((form) => {
  const compression =
    form === "compressed"
      ? {
          sendCompression: compressionGzip,
          compressMinBytes: 0,
          acceptCompression: [compressionGzip],
        }
      : { acceptCompression: [] };
  const http = (baseUrl: string) => ({ baseUrl, httpVersion: "2" as const, ...compression });
  return [
    ["grpc", form, (url: string): Transport => createGrpcTransport(http(url))],
    ["grpc_web", form, (url: string): Transport => createGrpcWebTransport(http(url))],
    ["connectrpc", form, (url: string): Transport => createConnectTransport(http(url))],
  ] as const;
});

describe("GET /metrics", () => {
  it.each(ways)("counts %s calls that come %s", async (protocol, _form, connect) => {
    const client = createClient(InferenceService, connect(server.url));
    const codes = [
      await codeOf(client.predict(good)),
      await codeOf(client.predict(good)),
      await codeOf(client.predict(iris([1]))),
      await codeOf(client.predict({ ...good, version: "9" })),
      await codeOf(client.predict({ ...good, model: "nobody" })),
      await codeOf(client.predict(iris(Array.from({ length: 1000 }, () => 1)))),
    ];
    expect(codes).toEqual([
      undefined,
      undefined,
      Code.InvalidArgument,
      Code.NotFound,
      Code.NotFound,
      Code.ResourceExhausted,
    ]);
    await expect.poll(counted).toEqual({
      [`${protocol} ${predict} OK iris 1`]: 2,
      [`${protocol} ${predict} INVALID_ARGUMENT iris 1`]: 1,
      [`${protocol} ${predict} NOT_FOUND iris `]: 1,
      [`${protocol} ${predict} NOT_FOUND  `]: 1,
      [`${protocol} ${predict} RESOURCE_EXHAUSTED  `]: 1,
    });
    expect(await read("presage_predictions_total", ["model", "version", "code"])).toEqual({
      "iris 1 OK": 2,
      "iris 1 INVALID_ARGUMENT": 1,
      "iris  NOT_FOUND": 1,
      "  NOT_FOUND": 1,
    });
    const phases = await read("presage_prediction_duration_seconds_count", [
      "model",
      "version",
      "phase",
    ]);
    expect(phases).toEqual({
      "iris 1 queue": 2,
      "iris 1 batch": 2,
      "iris 1 run": 2,
      "iris 1 total": 3,
      "iris  total": 1,
      "  total": 1,
    });
    expect(await read("presage_calls_active", [])).toEqual({});
  });

  it.each(ways)(
    "counts a stream over %s, %s, as one call, and its messages as predictions",
    async (protocol, _form, connect) => {
      const client = createClient(InferenceService, connect(server.url));
      const requests = [good, iris([1]), good].map((request) => ({ request }));
      const answers: string[] = [];
      for await (const { outcome } of client.predictStream(streamOf(requests)))
        answers.push(outcome.case ?? "");
      expect(answers.toSorted()).toEqual(["error", "response", "response"]);
      await expect.poll(counted).toEqual({ [`${protocol} ${stream} OK iris 1`]: 1 });
      expect(await read("presage_predictions_total", ["model", "version", "code"])).toEqual({
        "iris 1 OK": 2,
        "iris 1 INVALID_ARGUMENT": 1,
      });
    },
  );

  it.each(ways)(
    "counts a stream over %s, %s, whose caller has left",
    async (protocol, _form, connect) => {
      const client = createClient(InferenceService, connect(server.url));
      const left = new AbortController();
      const requests = oneAndNoEnd({ request: good });
      const answers = client.predictStream(requests, { signal: left.signal });
      const seen: (string | undefined)[] = [];
      const reading = (async () => {
        for await (const { outcome } of answers) {
          seen.push(outcome.case);
          left.abort();
        }
      })();
      expect(await codeOf(reading)).toBe(Code.Canceled);
      expect(seen).toEqual(["response"]);
      await expect.poll(counted).toEqual({ [`${protocol} ${stream} CANCELLED iris 1`]: 1 });
      expect(await read("presage_calls_active", [])).toEqual({});
    },
  );

  it.each(["application/grpc", "application/grpc-web+proto", "application/json"])(
    "counts calls of methods that there are not as those of one, with %s",
    async (contentType) => {
      const session = session2(server.url);
      const headers = { ":method": "POST", "content-type": contentType };
      for (const name of ["One", "Two"])
        await request2(session, { ...headers, ":path": `/no.Service/${name}` }, "{}");
      await request2(session, { ":path": "/no-page" });
      session.close();
      const protocol = /grpc(-web)?/.exec(contentType)?.[0].replace("-", "_") ?? "connectrpc";
      await expect.poll(counted).toEqual({ [`${protocol} _OTHER UNIMPLEMENTED  `]: 2 });
    },
  );

  it("counts what Connect's engine refuses before it comes to a method", async () => {
    const path = `/${predict}`;
    const headers = { "content-type": "application/json", "content-encoding": "odd" };
    const { status } = await request1(server.port, { method: "POST", path, headers }, "{}");
    expect(status).toBe(501);
    await expect.poll(counted).toEqual({ [`connectrpc ${predict} UNIMPLEMENTED  `]: 1 });
  });
});

describe("metrics.calls: false", () => {
  it("measures no call, while the rest is told of", async () => {
    await server.close();
    server = await startBuiltServer({ metrics: { calls: false } });
    const client = createClient(InferenceService, createGrpcTransport({ baseUrl: server.url }));
    await client.predict(good);
    const { body } = await request1(server.port, { path: "/metrics" });
    expect(body).not.toMatch(/rpc_server_call_duration|presage_prediction|presage_run_/);
    expect(body).toContain('presage_model_state{model="iris",version="1",state="ready"} 1\n');
  });
});

async function* streamOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

/** Gives one item, and never says that it was the last. */
async function* oneAndNoEnd<Item>(item: Item): AsyncGenerator<Item> {
  yield item;
  await new Promise(() => {});
}
