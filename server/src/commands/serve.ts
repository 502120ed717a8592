import type { JsonObject } from "@bufbuild/protobuf";
import { type FlagSetting, loadConfig } from "../config/load.ts";
import type { ServerOptions } from "../config/options.ts";
import type { Log } from "../core/log.ts";
import type { Address, Server } from "../main.ts";
import type { ModelState } from "../repository/model-state.ts";
import type { ServerLog } from "../telemetry/log/server-log.ts";
import type { Console, ExitCode } from "./console.ts";
import { createDebugSwitch, type DebugSwitch } from "./debug-switch.ts";
import { growYoungHeap, holdYoungHeap, prepareHeap } from "./heap.ts";
import { layOutModels, tableOf } from "./model-table.ts";
import { openLog } from "./open-log.ts";

/** The flags of `presage serve`. */
export interface ServeFlags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly processes?: string;
  readonly data?: string;
  readonly store?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly corsOrigin?: readonly string[];
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly json?: boolean;
}

/** What `presage serve` is run with. */
export interface ServeCall {
  readonly directory: string | undefined;
  readonly flags: ServeFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly console: Console;
  /** Resolves when the server is told to stop. */
  readonly stop: Promise<unknown>;
  /** Calls back each time that the log's level `debug` is to be turned on or off. */
  readonly onDebugSignal: (toggle: () => void) => void;
}

/** Serves a directory of models until it is told to stop. */
export async function serve({
  directory,
  flags,
  environment,
  console,
  stop,
  onDebugSignal,
}: ServeCall): Promise<ExitCode> {
  const file = flags.config ?? environment["PRESAGE_CONFIG"];
  const loaded = loadConfig({ file, environment, flags: readFlags(directory, flags) });
  if (loaded.kind === "invalid") {
    for (const problem of loaded.problems) console.err(problem);
    return 2;
  }
  const { options } = loaded;
  const log = await openLog(options.log, console);
  const debug = createDebugSwitch(log);
  onDebugSignal(debug.toggle);
  const run = { log, console, stop, json: flags.json === true };
  const code = await runServer(() => createServer(options, log, debug), run);
  log.close();
  return code;
}

interface Run extends Pick<ServeCall, "console" | "stop"> {
  readonly log: ServerLog;
  readonly json: boolean;
}

async function runServer(
  create: () => Promise<Server>,
  { log: { log }, console, stop, json }: Run,
): Promise<ExitCode> {
  const cannotServe = (error: unknown): void =>
    log("error", `cannot serve: ${error instanceof Error ? error.message : String(error)}`);
  let server: Server;
  try {
    server = await create();
  } catch (error) {
    cannotServe(error);
    return 1;
  }
  let stopping = false;
  const stopped = stop.then(() => {
    stopping = true;
  });
  try {
    const address = await server.listen();
    const models = await server.load();
    growYoungHeap();
    if (!stopping) {
      const target = targetOf(address);
      announce(console, target, models, json);
      log("info", `serving on ${target.url}`, { url: target.url, ...countVersions(models) });
    }
  } catch (error) {
    cannotServe(error);
    await server.close();
    return 1;
  }
  await stopped;
  return end(server, log);
}

/** A server in this process, or one of several: then this process carries nothing of what they serve with. */
async function createServer(
  options: ServerOptions,
  log: ServerLog,
  { follow }: DebugSwitch,
): Promise<Server> {
  const { models, processes, store } = options;
  log.log("info", `starting with the models of ${models}`, {
    models,
    processes,
    store: store.kind,
  });
  if (options.processes === 1) {
    prepareHeap();
    holdYoungHeap();
    const { buildServer } = await import("../main.ts");
    return buildServer(options, log);
  }
  const { createProcessGroup } = await import("../processes/process-group.ts");
  const { hostProcess } = await import("../processes/process-host.ts");
  return createProcessGroup({
    options,
    startProcess: hostProcess,
    log: log.log,
    followLevel: follow,
  });
}

async function end(server: Server, log: Log): Promise<ExitCode> {
  log("info", "stopping: answering the calls in flight");
  const { cut } = await server.close();
  if (cut === 0) {
    log("info", "stopped: every call was answered", { cut });
    return 0;
  }
  log("warn", `the drain deadline passed: ${cut} connections were cut`, { cut });
  return 1;
}

function countVersions(models: readonly ModelState[]): Record<"ready" | "versions", number> {
  const versions = models.flatMap((model) => model.versions);
  return { ready: versions.filter(({ isReady }) => isReady).length, versions: versions.length };
}

function readFlags(directory: string | undefined, flags: ServeFlags): readonly FlagSetting[] {
  const setting = (flag: string, value: unknown, config: JsonObject): readonly FlagSetting[] =>
    value === undefined ? [] : [{ flag, config }];
  return [
    ...setting("[dir]", directory, { models: directory ?? "" }),
    ...setting("--host", flags.host, { host: flags.host ?? "" }),
    ...setting("--port", flags.port, { port: flags.port ?? "" }),
    ...setting("--processes", flags.processes, { processes: flags.processes ?? "" }),
    ...setting("--data", flags.data, { data: flags.data ?? "" }),
    ...setting("--store", flags.store, { store: flags.store ?? "" }),
    ...setting("--tls-cert", flags.tlsCert, { tls: { cert: flags.tlsCert ?? "" } }),
    ...setting("--tls-key", flags.tlsKey, { tls: { key: flags.tlsKey ?? "" } }),
    ...setting("--cors-origin", flags.corsOrigin, {
      cors: { allowedOrigins: [...(flags.corsOrigin ?? [])] },
    }),
    ...setting("--log-level", flags.logLevel, { log: { level: flags.logLevel ?? "" } }),
    ...setting("--log-format", flags.logFormat, { log: { format: flags.logFormat ?? "" } }),
  ];
}

function announce(
  console: Console,
  target: Target,
  models: readonly ModelState[],
  json: boolean,
): void {
  const { url, port } = target;
  if (json) {
    console.out(JSON.stringify({ url, port, models: models.map(tableOf) }));
    return;
  }
  for (const line of layOutModels(models.map(tableOf))) console.out(line);
  console.out("");
  console.out(`Presage serves on ${url}`);
  for (const line of suggestCalls(models, target)) console.out(line);
}

interface Target {
  readonly url: string;
  readonly authority: string;
  readonly port: number;
  readonly secure: boolean;
}

/** Where a server can be called that listens on an address. */
function targetOf({ host: bound, port, secure }: Address): Target {
  const host = bound === "0.0.0.0" || bound === "::" ? "localhost" : bound;
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { url: `${secure ? "https" : "http"}://${authority}`, authority, port, secure };
}

/** Three calls to copy, of the first model that is ready and has a golden example by rows. */
function suggestCalls(models: readonly ModelState[], target: Target): readonly string[] {
  const model = models.find(
    ({ versions, example }) => example !== undefined && versions.some((version) => version.isReady),
  );
  if (model?.example === undefined) return [];
  const row = JSON.stringify(model.example);
  const body = quoteForShell(`{"model":"${model.name}","rows":[${row}]}`);
  const plain = target.secure ? "" : "-plaintext ";
  const method = "presage.v1.InferenceService/Predict";
  return [
    "",
    `grpcurl ${plain}-d ${body} ${target.authority} ${method}`,
    `curl -H 'content-type: application/json' -d ${body} ${target.url}/${method}`,
    `import { createClient } from "@presage/sdk"; console.log((await createClient({ baseUrl: "${target.url}" }).predict("${model.name}", ${row})).row);`,
  ];
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
