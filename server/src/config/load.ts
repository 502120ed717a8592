import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { clone, fromJson, type JsonObject, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type ServerConfig, ServerConfigSchema } from "@presage/gen/presage/v1/config_pb";
import { readJsonMessage, readYamlMessage } from "../documents/yaml-message.ts";
import { compileKeeping, compileOptions } from "./compile.ts";
import { readEnvironment } from "./environment.ts";
import type { KeepingOptions, ServerOptions } from "./options.ts";

/** A setting that a flag makes. */
export interface FlagSetting {
  /** The flag, as it was written, e.g. `--port`. */
  readonly flag: string;
  /** The setting, in the shape of a ServerConfig. */
  readonly config: JsonObject;
}

/** Where configuration comes from. */
export interface ConfigSources {
  /** The path of a YAML file, if one is named. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly FlagSetting[];
}

/** Options, or every mistake in what they come from. */
export type LoadedConfig<Options> =
  | { readonly kind: "ok"; readonly options: Options }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/**
 * Loads a server's configuration: defaults, then the file, then the environment,
 * then flags; the last wins.
 */
export function loadConfig(sources: ConfigSources): LoadedConfig<ServerOptions> {
  return load(sources, compileOptions);
}

/** Loads the part of a server's configuration that says where its own state is kept. */
export function loadKeeping(sources: ConfigSources): LoadedConfig<KeepingOptions> {
  return load(sources, compileKeeping);
}

function load<Options>(
  { file, environment, flags }: ConfigSources,
  compile: (config: ServerConfig, problems: string[]) => Options,
): LoadedConfig<Options> {
  const problems: string[] = [];
  let merged: JsonObject = file === undefined ? {} : readFile(file, problems);
  const settings = [
    ...readEnvironment(environment).map(({ variable, config }) => ({ source: variable, config })),
    ...flags.map(({ flag, config }) => ({ source: flag, config })),
  ];
  for (const { source, config } of settings) {
    const read = readJsonMessage(ServerConfigSchema, config);
    if (read.kind === "ok") merged = merge(merged, toObject(read.message));
    else problems.push(...read.problems.map((problem) => `${source}: ${withoutPath(problem)}`));
  }
  const options = compile(fromJson(ServerConfigSchema, merged), problems);
  return problems.length === 0 ? { kind: "ok", options } : { kind: "invalid", problems };
}

/** A flag or variable names its field itself. */
function withoutPath(problem: string): string {
  return problem.replace(/^[\w.]+: /, "");
}

function readFile(path: string, problems: string[]): JsonObject {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    problems.push(`--config: ${error instanceof Error ? error.message : String(error)}`);
    return {};
  }
  const read = readYamlMessage(ServerConfigSchema, text);
  if (read.kind === "ok") return toObject(resolvePaths(read.message, dirname(path)));
  problems.push(...read.problems.map((problem) => `${path}: ${problem}`));
  return {};
}

/** Paths in a file are relative to the file. */
function resolvePaths(config: ServerConfig, directory: string): ServerConfig {
  const fromFile = (path: string): string => (path === "" ? "" : resolve(directory, path));
  const resolved = clone(ServerConfigSchema, config);
  resolved.models = fromFile(config.models);
  resolved.data = fromFile(config.data);
  if (resolved.tls !== undefined) {
    resolved.tls.cert = fromFile(resolved.tls.cert);
    resolved.tls.key = fromFile(resolved.tls.key);
  }
  return resolved;
}

function toObject(config: ServerConfig): JsonObject {
  const json = toJson(ServerConfigSchema, config);
  return isObject(json) ? json : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function merge(base: JsonObject, over: JsonObject): JsonObject {
  const result: JsonObject = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const under = result[name];
    result[name] = isObject(under) && isObject(value) ? merge(under, value) : value;
  }
  return result;
}
