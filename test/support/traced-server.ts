import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Collector, OtlpTransport } from "./collector.ts";
import { createModelDirectory, repositoryPath } from "./model-directory.ts";
import { type StartedServer, startServer } from "./start-server.ts";
import { runTool } from "./tools.ts";
import type { TracedCalls } from "./traced-calls.ts";

/** How a server that traces is started. */
export interface TracedServerOptions {
  readonly collector: Collector;
  /** How it sends traces and metrics. @default "grpc" */
  readonly transport?: OtlpTransport;
  /** Whether its callers' traces go on. @default true */
  readonly trustRemoteContext?: boolean;
  /** More flags. @default none */
  readonly flags?: readonly string[];
  /** Variables beside those that name the collector, e.g. a sampler. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The models, and what their manifests say beside that of `iris`. */
const models: Readonly<Record<string, string>> = {
  iris: "",
  // A run waits for four calls: far longer than they can take to come.
  gathered: "batching: { maxBatchSize: 4, maxDelay: 20s }\n",
};

const program = fileURLToPath(new URL("traced-calls.ts", import.meta.url));

/**
 * Starts a server that sends what it traces and measures to a collector. It has
 * the models `iris`, `gathered`, which is the same but runs four rows at once,
 * both inline, and `broken`, which cannot be loaded.
 */
export async function startTracedServer(options: TracedServerOptions): Promise<StartedServer> {
  const { collector, transport = "grpc", trustRemoteContext = true } = options;
  const directory = createModelDirectory();
  const manifest = readFileSync(repositoryPath("examples/models/iris/model.yaml"), "utf8");
  for (const [model, settings] of Object.entries(models)) {
    directory.copy("examples/models/iris/1", `${model}/1`);
    directory.write(`${model}/model.yaml`, `${manifest}engine: { executor: inline }\n${settings}`);
  }
  directory.write("broken/1/model.onnx", "not a model");
  directory.write("presage.yaml", `tracing: { trustRemoteContext: ${trustRemoteContext} }\n`);
  const server = await startServer({
    directory: directory.root,
    flags: ["--config", join(directory.root, "presage.yaml"), ...(options.flags ?? [])],
    environment: { ...collector.environment(transport), ...options.environment },
  });
  server.process.once("exit", () => directory[Symbol.dispose]());
  return server;
}

/** Runs the application of traced-calls.ts, which sends its own spans to a collector. */
export async function runTracedCalls(
  { url }: StartedServer,
  protocol: string,
  collector: Collector,
): Promise<TracedCalls> {
  const { code, text, errors } = await runTool(process.execPath, [program, url, protocol], {
    environment: {
      ...collector.environment("grpc"),
      OTEL_SERVICE_NAME: "application",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
    },
  });
  if (code !== 0) throw new Error(`the application ended with code ${code}:\n${errors}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the program prints
  return JSON.parse(text) as TracedCalls;
}
