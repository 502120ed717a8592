import { once } from "node:events";
import http2 from "node:http2";
import { fileURLToPath } from "node:url";
import { createClient as createRpcClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  Health,
  HealthCheckResponse_ServingStatus as Serving,
} from "@presage/gen/grpc/health/v1/health_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { createClient } from "@presage/sdk/node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Caller, openCaller } from "../support/caller.ts";
import { presage, run } from "../support/run-command.ts";
import {
  exampleModels,
  type StartedServer,
  startServer,
  tlsFiles,
} from "../support/start-server.ts";

// Processes start one after the other here, which takes a while where the machine has much to do.
vi.setConfig({ testTimeout: 180_000 });

/** Has the model `slow`, which takes some 200 ms for a run, and tiny ones. */
const edgeModels = fileURLToPath(new URL("../data/edge", import.meta.url));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startTwo(
  environment: Readonly<Record<string, string>> = {},
): Promise<StartedServer> {
  const server = await startServer({
    directory: edgeModels,
    flags: ["--processes", "2"],
    environment,
  });
  closing.push(() => server.stop());
  return server;
}

/** The numbers of the processes that serve: the children of the first. */
async function servingProcesses(server: StartedServer): Promise<readonly number[]> {
  const { out } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return out
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, parent]) => (parent === server.process.pid ? [pid] : []));
}

/** Opens connections one after the other, each with a call that was answered. */
async function openCallers(server: StartedServer, count: number): Promise<readonly Caller[]> {
  const callers: Caller[] = [];
  for (let index = 0; index < count; index += 1) {
    const caller = openCaller(server.url);
    closing.push(() => caller.cut());
    expect(await caller.call()).toBe(true);
    callers.push(caller);
  }
  return callers;
}

/** Opens connections at the same time, each with a call that was answered. */
async function openTogether(server: StartedServer, count: number): Promise<readonly Caller[]> {
  const callers = Array.from({ length: count }, () => openCaller(server.url));
  closing.push(...callers.map((caller) => () => caller.cut()));
  expect(new Set(await Promise.all(callers.map((caller) => caller.call())))).toEqual(
    new Set([true]),
  );
  return callers;
}

/** Watches the health of the server over a connection of its own, until that ends. */
function watchHealth(server: StartedServer): {
  readonly begun: Promise<void>;
  readonly seen: Promise<readonly Serving[]>;
} {
  const health = createRpcClient(Health, createGrpcTransport({ baseUrl: server.url }));
  const begun = Promise.withResolvers<void>();
  const watch = async (): Promise<readonly Serving[]> => {
    const seen: Serving[] = [];
    try {
      for await (const { status } of health.watch({})) {
        seen.push(status);
        begun.resolve();
      }
    } catch {
      // The stream ends with UNAVAILABLE.
    }
    return seen;
  };
  return { begun: begun.promise, seen: watch() };
}

describe("presage serve --processes 2", () => {
  it("announces once, and spreads connections that are opened together evenly", async () => {
    const server = await startTwo();
    expect(server.models.map(({ name }) => name)).toContain("scalar");
    const callers = await openTogether(server, 8);
    const [first = 0, second = 0, ...more] = await servingProcesses(server);
    expect(more).toEqual([]);
    process.kill(first, "SIGKILL");
    await server.told(/^process \d+ serves$/);
    expect(callers.filter(({ isOpen }) => isOpen)).toHaveLength(4);
    // The newcomer has none, so that it is given the next four.
    const newcomers = await openTogether(server, 4);
    process.kill(second, "SIGKILL");
    await server.told(/^process \d+ serves$/, 2);
    expect(callers.filter(({ isOpen }) => isOpen)).toHaveLength(0);
    expect(newcomers.filter(({ isOpen }) => isOpen)).toHaveLength(4);
    await server.finish();
  });

  it("replaces a process that is killed under load, which only its own connections notice", async () => {
    const server = await startTwo();
    const callers = await openCallers(server, 2);
    const watches = [watchHealth(server), watchHealth(server)];
    for (const { begun } of watches) await begun;
    for (const caller of callers) caller.keepCalling();
    await Promise.all(callers.map((caller) => caller.answers(20)));
    const [killed = 0, other = 0] = await servingProcesses(server);
    process.kill(killed, "SIGKILL");
    await server.told(/^process \d+ serves$/);
    const left = callers.filter(({ isOpen }) => isOpen);
    expect(left).toHaveLength(1);
    await Promise.all(left.map((caller) => caller.answers(20)));
    expect(new Set(callers.flatMap(({ statuses }) => statuses))).toEqual(new Set([200]));
    expect(server.lines().find(({ level }) => level === "error")).toMatchObject({
      msg: `process ${killed} died: signal SIGKILL; another one starts now`,
      process: killed,
      pid: server.process.pid,
    });

    const [newcomer = 0, ...rest] = (await servingProcesses(server)).filter((pid) => pid !== other);
    expect(rest).toEqual([]);
    // It has none yet, so that the next ones come to it.
    const newCallers = await openCallers(server, 2);
    process.kill(other, "SIGKILL");
    await server.told(/^process \d+ serves$/, 2);
    expect(newCallers.filter(({ isOpen }) => isOpen)).toHaveLength(2);
    expect(await servingProcesses(server)).toContain(newcomer);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await Promise.all(watches.map(({ seen }) => seen))).toEqual([
      [Serving.SERVING],
      [Serving.SERVING],
    ]);
    await server.finish();
  });

  it("gives connections on their way to a process that dies to another one", async () => {
    const server = await startTwo();
    const [stopped = 0] = await servingProcesses(server);
    process.kill(stopped, "SIGSTOP");
    const othersAnswered = Promise.withResolvers<void>();
    let answered = 0;
    const calls = Array.from({ length: 8 }, async () => {
      const { status } = await fetch(`${server.url}/readyz`, { headers: { connection: "close" } });
      answered += 1;
      if (answered === 4) othersAnswered.resolve();
      return status;
    });
    await othersAnswered.promise;
    process.kill(stopped, "SIGKILL");
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 8 }, () => 200));
    await server.finish();
  });

  it("keeps the port open while every process is dead: calls wait for the replacement", async () => {
    const server = await startTwo();
    for (const pid of await servingProcesses(server)) process.kill(pid, "SIGKILL");
    await server.told(/died/, 2);
    const callers = await openTogether(server, 4);
    expect(callers.every(({ isOpen }) => isOpen)).toBe(true);
    await server.told(/^process \d+ serves$/, 2);
    await server.finish();
  });

  it("answers every call in flight in both processes on SIGTERM, tells each watcher once, and ends with 0", async () => {
    const server = await startTwo();
    const watches = [watchHealth(server), watchHealth(server)];
    for (const { begun } of watches) await begun;
    const clients = [1, 2, 3, 4].map(() => createClient({ baseUrl: server.url, retry: false }));
    for (const client of clients) await client.predict("scalar", { x: 1 });
    const processes = await servingProcesses(server);
    const calls = clients.map((client, x) => client.predict("slow", { x }));
    await fetch(`${server.url}/readyz`);
    const stopped = server.stop();
    const answers = await Promise.all(calls);
    expect(answers.map(({ row }) => Object.values(row))).toEqual([[0], [1], [2], [3]]);
    expect(await stopped).toBe(0);
    expect(await Promise.all(watches.map(({ seen }) => seen))).toEqual([
      [Serving.SERVING, Serving.NOT_SERVING],
      [Serving.SERVING, Serving.NOT_SERVING],
    ]);
    expect(server.lines().at(-1)?.msg).toBe("stopped: every call was answered");
    for (const pid of processes) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("cuts what outlasts the drain deadline in every process, and ends with 1", async () => {
    const server = await startTwo({ PRESAGE_TIMEOUTS_DRAIN: "0.5s" });
    const open = Promise.withResolvers<void>();
    async function* endless() {
      yield { request: { model: "scalar" } };
      await open.promise;
    }
    for (let stream = 0; stream < 2; stream += 1) {
      const transport = createGrpcTransport({ baseUrl: server.url });
      const answers = createRpcClient(InferenceService, transport).predictStream(endless());
      await answers[Symbol.asyncIterator]().next();
    }
    expect(await server.stop()).toBe(1);
    open.resolve();
    expect(server.lines().at(-1)?.msg).toBe("the drain deadline passed: 2 connections were cut");
  });

  it("ends its processes when the first is killed", async () => {
    const server = await startTwo();
    expect(await servingProcesses(server)).toHaveLength(2);
    // It comes when nobody holds the standard output and error open any more.
    const closed = once(server.process, "close");
    server.process.kill("SIGKILL");
    expect(await closed).toEqual([null, "SIGKILL"]);
  });

  it("leaves signals to the first: a process that is told to end goes on", async () => {
    const server = await startTwo();
    for (const pid of await servingProcesses(server)) process.kill(pid, "SIGINT");
    await openCallers(server, 2);
    await server.finish();
    expect(server.lines().filter(({ msg }) => msg.includes("died"))).toEqual([]);
  });

  it("speaks TLS in every process", async () => {
    const server = await startServer({
      directory: edgeModels,
      flags: ["--processes", "2", "--tls-cert", tlsFiles.cert, "--tls-key", tlsFiles.key],
    });
    closing.push(() => server.stop());
    for (let connection = 0; connection < 2; connection += 1) {
      const session = http2.connect(server.url, { rejectUnauthorized: false });
      const stream = session.request({ ":path": "/readyz" });
      const [headers] = await once(stream.resume(), "response");
      expect(headers).toMatchObject({ ":status": 200 });
      session.destroy();
    }
    await server.finish();
  });
});

describe("presage serve --processes 2, like one process,", () => {
  const started: StartedServer[] = [];
  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
  });

  it("ends with 1 and one message where the port is taken", async () => {
    const server = await startServer();
    started.push(server);
    const args = ["serve", exampleModels, "--port", String(server.port)];
    const [one, two] = [await presage(args), await presage([...args, "--processes", "2"])];
    for (const { code, out, err } of [one, two]) {
      expect([code, out]).toEqual([1, ""]);
      const lines = err
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line));
      expect(lines.at(-1)).toMatchObject({
        level: "error",
        msg: expect.stringMatching(/^cannot serve: .*EADDRINUSE/),
      });
    }
  });

  it("ends with 2 for a directory that is not there, or a number that is none", async () => {
    expect(await presage(["serve", "/nowhere", "--processes", "2"])).toEqual({
      code: 2,
      out: "",
      err: "models: there is no directory /nowhere\n",
    });
    expect(await presage(["serve", exampleModels, "--processes", "many"])).toEqual({
      code: 2,
      out: "",
      err: '--processes: expected number (uint32), got "many"\n',
    });
  });
});

describe("presage serving-process", () => {
  it("ends with 2 where a person starts it", async () => {
    expect(await presage(["serving-process"])).toEqual({
      code: 2,
      out: "",
      err: "this is a part of presage serve --processes, which starts it itself\n",
    });
  });
});
