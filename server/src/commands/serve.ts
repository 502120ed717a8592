import type { JsonObject } from "@bufbuild/protobuf";
import { type FlagSetting, loadConfig } from "../config/load.ts";
import type { ServerOptions } from "../config/options.ts";
import type { Address, Server } from "../main.ts";
import type { ModelState } from "../repository/model-state.ts";
import type { Console, ExitCode } from "./console.ts";
import { reportersOf } from "./fault.ts";
import { prepareHeap } from "./heap.ts";
import { layOutModels, tableOf } from "./model-table.ts";

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
}

/** Serves a directory of models until it is told to stop. */
export async function serve({
  directory,
  flags,
  environment,
  console,
  stop,
}: ServeCall): Promise<ExitCode> {
  const file = flags.config ?? environment["PRESAGE_CONFIG"];
  const loaded = loadConfig({ file, environment, flags: readFlags(directory, flags) });
  if (loaded.kind === "invalid") {
    for (const problem of loaded.problems) console.err(problem);
    return 2;
  }
  let server: Server;
  try {
    server = await createServer(loaded.options, console);
  } catch (error) {
    console.err(`cannot serve: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  let stopping = false;
  const stopped = stop.then(() => {
    stopping = true;
  });
  try {
    const address = await server.listen();
    const models = await server.load();
    if (!stopping) announce(console, address, models, flags.json === true);
  } catch (error) {
    console.err(`cannot serve: ${error instanceof Error ? error.message : String(error)}`);
    await server.close();
    return 1;
  }
  await stopped;
  return end(server, console);
}

/** A server in this process, or one of several: then this process carries nothing of what they serve with. */
async function createServer(options: ServerOptions, console: Console): Promise<Server> {
  if (options.processes === 1) {
    prepareHeap();
    const { buildServer } = await import("../main.ts");
    return buildServer(options, reportersOf(console));
  }
  const { createProcessGroup } = await import("../processes/process-group.ts");
  const { hostProcess } = await import("../processes/process-host.ts");
  return createProcessGroup({
    options,
    startProcess: hostProcess,
    tell: (line) => console.err(line),
  });
}

async function end(server: Server, console: Console): Promise<ExitCode> {
  console.err("stopping: answering the calls in flight");
  const { cut } = await server.close();
  if (cut === 0) return 0;
  console.err(`the drain deadline passed: ${cut} connections were cut`);
  return 1;
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
  ];
}

function announce(
  console: Console,
  address: Address,
  models: readonly ModelState[],
  json: boolean,
): void {
  const host = address.host === "0.0.0.0" || address.host === "::" ? "localhost" : address.host;
  const authority = `${host.includes(":") ? `[${host}]` : host}:${address.port}`;
  const url = `${address.secure ? "https" : "http"}://${authority}`;
  if (json) {
    console.out(JSON.stringify({ url, port: address.port, models: models.map(tableOf) }));
    return;
  }
  for (const line of layOutModels(models.map(tableOf))) console.out(line);
  console.out("");
  console.out(`Presage serves on ${url}`);
  for (const line of suggestCalls(models, { url, authority, secure: address.secure }))
    console.out(line);
}

interface Target {
  readonly url: string;
  readonly authority: string;
  readonly secure: boolean;
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
