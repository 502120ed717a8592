import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createClient, type PresageClient } from "@presage/sdk/node";
import { withSteps } from "../../bench/slow-model.ts";
import {
  createModelDirectory,
  type ModelDirectory,
  repositoryPath,
} from "../../support/model-directory.ts";
import { configureFor, hastenRules } from "../../support/monitoring-files.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres.ts";
import { freePort, type PrometheusServer, startPrometheus } from "../../support/prometheus.ts";
import { presage } from "../../support/run-command.ts";
import { type StartedServer, startServer } from "../../support/start-server.ts";
import type { Habit } from "./habit.ts";
import { nucleiFile } from "./tables.ts";

/** How fast time passes. */
export interface Pace {
  /** How many times as fast as in earnest the rules' durations pass. */
  readonly haste: number;
  /** How often Prometheus scrapes and reckons, in milliseconds. */
  readonly everyMs: number;
}

/** How long anything may take, as time passes in the rules: two and a half hours. */
const patienceMs = 9_000_000;

/** A server that is ended and started again on the same port. */
export interface RestartedServer {
  readonly client: PresageClient;
  /** As Prometheus calls it, e.g. `127.0.0.1:41234`. */
  readonly instance: string;
  start(): Promise<void>;
  /** Ends it as an operator would. Rejects unless it ends well. */
  stop(): Promise<void>;
}

/** Real servers that a real Prometheus scrapes. */
export interface Setting {
  readonly prometheus: PrometheusServer;
  /** Has the models `iris`, `oncology`, `boston-housing`, `breast-cancer` with a reference, `slow` and `crowded`. */
  readonly main: RestartedServer;
  /** Has a model `broken`, which cannot be loaded until it is mended and the server started again. */
  readonly broken: RestartedServer;
  /** Has `iris` alone, and makes traces of all calls. */
  readonly small: RestartedServer;
  /** Has `iris` alone, and keeps its feedback in `postgres`. */
  readonly stored: RestartedServer;
  readonly postgres: PostgresServer;
  /** What is done until the end. */
  readonly lasting: Habit[];
  /** Resolves once something is so. Rejects if that takes 2.5 hours as the rules see it. */
  until(what: string, isSo: () => Promise<boolean>): Promise<void>;
  /** Puts the model `broken` in order, on the disk. */
  mend(): void;
  /** Lets Prometheus scrape all servers; before that it scrapes none. */
  connect(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts everything. */
export async function startSetting({ haste, everyMs }: Pace): Promise<Setting> {
  const directories = {
    main: createModelDirectory(),
    broken: createModelDirectory(),
    small: createModelDirectory(),
  };
  directories.small.copy("examples/models/iris", "iris");
  directories.broken.copy("test/data/edge-broken/garbage", "broken");
  await fillMain(directories.main);
  const [prometheus, postgres] = await Promise.all([
    startPrometheus({ config: configureFor([], everyMs), rules: hastenRules(haste) }),
    startPostgres(),
  ]);
  const store = await postgres.createDatabase();
  const [main, broken, small, stored] = await Promise.all([
    createRestartedServer(directories.main.root),
    createRestartedServer(directories.broken.root),
    createRestartedServer(directories.small.root, tracesToNowhere),
    createRestartedServer(directories.small.root, { PRESAGE_STORE: store }),
  ]);
  const servers = [main, broken, small, stored];
  await Promise.all(servers.map((server) => server.start()));
  const lasting: Habit[] = [];
  return {
    prometheus,
    lasting,
    async until(what, isSo) {
      const patience = AbortSignal.timeout(patienceMs / haste);
      while (!(await isSo())) {
        if (patience.aborted) throw new Error(`it is not so that ${what}`);
        await setTimeout(everyMs / 2);
      }
    },
    main,
    broken,
    small,
    stored,
    postgres,
    mend: () => directories.broken.copy("examples/models/iris", "broken"),
    connect: () =>
      prometheus.configure(
        configureFor(
          servers.map(({ instance }) => instance),
          everyMs,
        ),
      ),
    async stop() {
      await Promise.all(lasting.map((habit) => habit.stop()));
      await prometheus.stop();
      await Promise.all(servers.map((server) => server.stop()));
      await postgres[Symbol.asyncDispose]();
      for (const directory of Object.values(directories)) directory[Symbol.dispose]();
    },
  };
}

/** Traces are made, and nobody takes them. */
const tracesToNowhere = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:9/v1/traces",
  OTEL_TRACES_SAMPLER: "always_on",
};

async function createRestartedServer(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<RestartedServer> {
  const port = await freePort();
  let running: StartedServer | undefined;
  return {
    client: createClient({ baseUrl: `http://127.0.0.1:${port}`, retry: false }),
    instance: `127.0.0.1:${port}`,
    async start() {
      running = await startServer({ directory, environment, flags: ["--port", String(port)] });
    },
    async stop() {
      const ending = running;
      running = undefined;
      await ending?.finish();
    },
  };
}

/** The steps of runs that take about 0.2 s, and of some 50 ms. */
const steps = { slow: 150_000, crowded: 37_500 };

async function fillMain(models: ModelDirectory): Promise<void> {
  for (const name of ["iris", "oncology", "boston-housing", "breast-cancer"])
    models.copy(`examples/models/${name}`, name);
  const file = readFileSync(repositoryPath("test/data/edge/slow/1/model.onnx"));
  for (const [name, count] of Object.entries(steps)) {
    models.copy("test/data/edge/slow", name);
    writeFileSync(join(models.root, name, "1/model.onnx"), withSteps(file, count));
  }
  // A run for each call: callers that come at once have to wait for each other.
  models.write("slow/model.yaml", "batching: { maxBatchSize: 1, maxWait: 60s }\n");
  models.write("crowded/model.yaml", "batching: { maxBatchSize: 1, maxWait: 0.1s }\n");
  const built = await presage([
    "reference",
    "build",
    join(models.root, "breast-cancer/1"),
    "--data",
    nucleiFile,
  ]);
  if (built.code !== 0) throw new Error(built.err);
}
