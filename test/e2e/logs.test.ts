import { createClient, type PresageClient, type Row } from "@presage/sdk/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { indiscretionsOf, secrets } from "../support/kept-logs.ts";
import { postgresPassword } from "../support/postgres.ts";
import { protocols } from "../support/protocols.ts";
import { type LoggedLine, type StartedServer, startServer } from "../support/start-server.ts";

const { number, text, token } = secrets;
const flower = [4.6, 3.4, 1.4, 0.3];
const passenger = { sex: "female", embarked: text, alone: true, travel_class: 2, fare: 13 };
const headers = { authorization: `Bearer ${token}`, cookie: token, traceparent: token };
const prediction = "/presage.v1.InferenceService/Predict";

/** Calls that are right and wrong in every way, each with something that no log may tell. */
const calls: readonly ((client: PresageClient) => Promise<unknown>)[] = [
  (client) => client.predict("passengers", { ...passenger, age: 27.182_818_28 }),
  (client) => client.predict("iris", [number, 3.4, 1.4, 0.3]),
  (client) => client.predict("iris", [text, 3.4, 1.4, 0.3]),
  (client) => client.predict("iris", { sepal_length: 4.6, [text]: number }),
  (client) => client.predict("iris", [[number], { [text]: text }, text as unknown as Row]),
  (client) => client.predict("iris", flower, { version: text }),
  (client) => client.predict("iris", flower, { outputs: [text] }),
  (client) => client.predict(text, flower),
  (client) =>
    client.predict(
      "passengers",
      Array.from({ length: 1000 }, () => passenger),
    ),
  (client) => client.metrics(text),
  (client) => client.metrics("iris", { version: text }),
  (client) => client.feedback(text, { truth: text }),
  async (client) => (await client.predict("iris", flower)).feedback({ truth: text }),
  async (client) => (await client.predict("iris", flower)).feedback({ truth: "setosa" }),
  async (client) => (await client.predict("iris", flower)).feedback({ reward: number }),
];

/** Requests that no client makes. */
const requests: readonly (readonly [path: string, type: string, body: string])[] = [
  [prediction, "application/json", `{"model": "${text}`],
  [prediction, "application/json", `{"model": "iris", "${text}": 1, "${text}": 2}`],
  [prediction, "application/json", `{"model": "iris", "rows": [[${number}`],
  [prediction, "application/json", `{"model": {"${text}": ${number}}}`],
  [prediction, "application/json", JSON.stringify({ model: "x".repeat(30_000) + text })],
  [prediction, "application/proto", `\n\x7f${text}`],
  [prediction, "application/grpc", `\0\0\0\0\x10${text}`],
  [prediction, "application/grpc-web+json", `\0\0\0\0\x10${text}`],
  [prediction, `application/${text}`, text],
  [`/presage.v1.InferenceService/${text}`, "application/json", "{}"],
  [`/presage.v1.InferenceService/${text.replaceAll("-", "_")}`, "application/json", "{}"],
  [`/${text}?${text}=${number}`, "application/json", text],
  ["/presage.models.iris.v1.IrisService/Predict", "application/json", `{"${text}": ${number}}`],
  [
    "/presage.models.iris.v1.IrisService/Predict",
    "application/json",
    `{"sepalLength": "${text}", "sepalWidth": ${number}}`,
  ],
];

/** Sends a stream of right and wrong rows, where the protocol can. */
async function stream(client: PresageClient): Promise<void> {
  const rows = [flower, [number, 1, 1, 1], { [text]: text }].map((row) => ({ rows: row }));
  for await (const _ of client.predictStream("iris", rows)) continue;
}

/** Does all that, one after the other; most of it fails. */
async function callInEveryWay(url: string): Promise<void> {
  for (const { options } of protocols) {
    const client = createClient({ baseUrl: url, ...options, headers, retry: false });
    for (const call of calls) await call(client).catch(() => {});
    await stream(client).catch(() => {});
  }
  for (const [path, type, body] of requests)
    await fetch(url + path, {
      method: "POST",
      headers: { ...headers, "content-type": type },
      body,
    });
}

function startTelling(store: string): Promise<StartedServer> {
  return startServer({
    flags: ["--log-level", "debug"],
    environment: {
      PRESAGE_STORE: store,
      PRESAGE_LOG_ACCESS_SAMPLE: "1",
      PRESAGE_LIMITS_MAX_REQUEST_BYTES: "20000",
    },
  });
}

describe.each([
  ["with a store", "sqlite"],
  ["whose store is away", `postgres://presage:${postgresPassword}@127.0.0.1:1/presage`],
])("the log of a server %s", (_, store) => {
  let server: StartedServer;
  let lines: readonly LoggedLine[];
  beforeAll(async () => {
    server = await startTelling(store);
    await callInEveryWay(server.url);
    await server.finish();
    lines = server.lines();
  }, 300_000);

  it("tells nothing of what was sent, nor any password", () => {
    const told = server.errors().split("\n");
    expect(told.length).toBeGreaterThan(100);
    expect(told.filter((line) => indiscretionsOf(line).length > 0)).toEqual([]);
  });

  it("tells of failed and answered calls over every protocol", () => {
    const seen = (name: string): ReadonlySet<unknown> => new Set(lines.map((line) => line[name]));
    expect([...seen("protocol")]).toEqual(
      expect.arrayContaining(["grpc", "grpc_web", "connectrpc"]),
    );
    expect([...seen("reason")]).toEqual(
      expect.arrayContaining(["INVALID_INPUT", "MODEL_NOT_FOUND", "MESSAGE_TOO_LARGE"]),
    );
    expect([...seen("msg")]).toEqual(expect.arrayContaining(["call failed", "call answered"]));
    expect([...seen("method")]).toEqual(
      expect.arrayContaining(
        ["Predict", "PredictStream", "Feedback", "Metrics"]
          .map((method) => `presage.v1.InferenceService/${method}`)
          .concat("_OTHER"),
      ),
    );
  });

  it("names the fields that do not fit, but no name that its caller made up", () => {
    const fields = new Set(lines.flatMap((line) => line["fields"] ?? []));
    expect([...fields]).toEqual(
      expect.arrayContaining(["rows[0].sepal_length", "rows[0].…", "model"]),
    );
  });

  it("tells its start, its models and its end", () => {
    const started = lines.findIndex(({ msg }) => msg.startsWith("starting with the models of "));
    const ready = lines.findIndex(({ msg }) => msg === "iris 1 is READY");
    const serving = lines.findIndex(({ msg }) => msg === `serving on ${server.url}`);
    expect([started, ready < serving, ready > started]).toEqual([0, true, true]);
    expect(lines[ready]).toMatchObject({ level: "info", model: "iris", version: "1" });
    expect(lines.map(({ msg }) => msg)).toContain("stopping: answering the calls in flight");
    expect(lines.at(-1)?.msg).toBe("stopped: every call was answered");
  });
});

describe("SIGUSR2", () => {
  const servers: StartedServer[] = [];
  const start = async (...flags: readonly string[]): Promise<StartedServer> => {
    const server = await startServer({ flags });
    servers.push(server);
    return server;
  };
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });
  const answered = (server: StartedServer): readonly LoggedLine[] =>
    server.lines().filter(({ msg }) => msg === "call answered");

  it("turns the level debug on, and off again", async () => {
    const server = await start();
    const client = createClient({ baseUrl: server.url });
    await client.predict("iris", flower);
    server.process.kill("SIGUSR2");
    await server.told(/level is debug/);
    await client.predict("iris", flower);
    await server.told(/^call answered$/);
    server.process.kill("SIGUSR2");
    await server.told(/level is info/);
    await client.predict("iris", flower);
    await server.finish();
    expect(answered(server)).toMatchObject([{ level: "debug", model: "iris", code: "OK" }]);
  });

  it("reaches every process by the first, and ends none that it is sent to", async () => {
    const server = await start("--processes", "2");
    server.process.kill("SIGUSR2");
    await server.told(/level is debug/);
    while (new Set(answered(server).map(({ pid }) => pid)).size < 2)
      await createClient({ baseUrl: server.url }).predict("iris", flower);
    for (const { pid } of answered(server)) process.kill(pid, "SIGUSR2");
    await createClient({ baseUrl: server.url }).predict("iris", flower);
    await server.finish();
    expect(server.lines().filter(({ msg }) => msg.includes("died"))).toEqual([]);
  });
});

describe("--log-format", () => {
  it("lays lines out for a person", async () => {
    const server = await startServer({ flags: ["--log-format", "pretty"] });
    await server.finish();
    expect(server.errors()).toMatch(/INFO.*iris 1 is READY/);
    expect(server.lines()).toEqual([]);
  });
});
