import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createModelDirectory, type ModelDirectory } from "../support/model-directory.ts";
import { run } from "../support/run-command.ts";
import { type StartedServer, startServer } from "../support/start-server.ts";

// Each test starts processes, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let models: ModelDirectory;
beforeAll(() => {
  models = createModelDirectory();
  models.copy("test/data/edge/scalar", "scalar");
});
afterAll(() => models[Symbol.dispose]());

const started: StartedServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function start(...flags: readonly string[]): Promise<StartedServer> {
  const server = await startServer({ directory: models.root, flags });
  started.push(server);
  return server;
}

/** Makes so many calls at the same time, each over a connection of its own. */
async function callOften({ url }: StartedServer, calls: number): Promise<void> {
  const statuses = await Promise.all(
    Array.from({ length: calls }, async () => {
      const response = await fetch(`${url}/presage.v1.InferenceService/Predict`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: JSON.stringify({ model: "scalar", rows: [{ x: 1 }] }),
      });
      await response.text();
      return response.status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
}

/** Scrapes over a connection of its own. */
async function scrape({ url }: StartedServer): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { connection: "close" } })).text();
}

/** The values of these series on a page; undefined for one that is not there. */
function read(page: string, series: readonly string[]): readonly (number | undefined)[] {
  const values = new Map(
    page.split("\n").map((line) => {
      const place = line.lastIndexOf(" ");
      return [line.slice(0, place), Number(line.slice(place))];
    }),
  );
  return series.map((each) => values.get(each));
}

const series = [
  'presage_predictions_total{model="scalar",version="1",code="OK"}',
  'rpc_server_call_duration_seconds_count{rpc_system_name="connectrpc",rpc_method="presage.v1.InferenceService/Predict",rpc_status_code="OK",model="scalar",version="1"}',
  'presage_prediction_duration_seconds_count{model="scalar",version="1",phase="total"}',
  "presage_processes",
];

/** Scrapes until the page says this: a process that is held up for a second is left out. */
async function expectSeries(server: StartedServer, expected: readonly number[]): Promise<void> {
  const told = async () => read(await scrape(server), series);
  await expect.poll(told, { timeout: 60_000 }).toEqual(expected);
}

/** The numbers of the processes that serve: the children of the first. */
async function servingProcesses(server: StartedServer): Promise<readonly number[]> {
  const { out } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return out
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, parent]) => (parent === server.process.pid ? [pid] : []));
}

describe("GET /metrics", () => {
  it.each([1, 2])(
    "counts every call of %i processes, whichever of them answers",
    async (processes) => {
      const server = await start("--processes", `${processes}`);
      await callOften(server, 40);
      for (let connection = 0; connection < 4; connection += 1)
        await expectSeries(server, [40, 40, 40, processes]);
      await server.finish();
    },
  );

  it("never counts back, though a process dies", async () => {
    const server = await start("--processes", "2");
    await callOften(server, 20);
    await expectSeries(server, [20, 20, 20, 2]);
    const [first = 0] = await servingProcesses(server);
    process.kill(first, "SIGKILL");
    await server.told(/ serves$/);
    await callOften(server, 20);
    await expectSeries(server, [40, 40, 40, 2]);
    await server.finish();
  });

  it("is there where nothing is kept as well", async () => {
    const server = await start("--store", "off");
    await callOften(server, 3);
    const page = await scrape(server);
    expect(read(page, [...series, "presage_store_up"])).toEqual([3, 3, 3, 1, undefined]);
    await server.finish();
  });

  it("has no series of models and methods that callers make up", async () => {
    const server = await start();
    const paths = ["InferenceService/Predict", "InferenceService/Made-Up", "MadeUpService/Predict"];
    for (const path of paths)
      await fetch(`${server.url}/presage.v1.${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "made-up", version: "99", rows: [{ x: 1 }] }),
      });
    const page = await scrape(server);
    expect(page).toContain('rpc_status_code="NOT_FOUND"');
    expect(page.toLowerCase()).not.toMatch(/made-?up/);
    expect(page).not.toContain('"99"');
    await server.finish();
  });
});
