import { readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import type { ServerConfig, TlsConfig } from "@presage/gen/presage/v1/config_pb";
import type { ServerOptions, TlsIdentity } from "./options.ts";

const mebibyte = 1024 * 1024;
/** Timers count in signed 32-bit milliseconds; a longer one would fire at once. */
const longestTimeMs = 24 * 24 * 60 * 60 * 1000;
const greatestPort = 65_535;
/** More than any machine has use for: a slip of the pen. */
const mostProcesses = 1024;

/** Fills in every default and checks what the fields say; problems are added with their fields. */
export function compileOptions(config: ServerConfig, problems: string[]): ServerOptions {
  const { limits, timeouts } = config;
  const port = config.port ?? 8080;
  if (port > greatestPort) problems.push(`port: expected 0 to ${greatestPort}, got ${port}`);
  const processes = config.processes ?? 1;
  if (processes > mostProcesses) {
    problems.push(`processes: expected at most ${mostProcesses}, got ${processes}`);
  }
  const models = config.models === "" ? "models" : config.models;
  if (!isDirectory(models)) problems.push(`models: there is no directory ${models}`);

  const size = (field: string, value: number | undefined, fallback: number): number => {
    if (value === 0) problems.push(`limits.${field}: expected at least 1, got 0`);
    return value ?? fallback;
  };
  const time = (field: string, value: Duration | undefined, fallback: number): number => {
    const milliseconds = value === undefined ? fallback : durationMs(value);
    if (milliseconds <= 0) problems.push(`timeouts.${field}: expected more than 0s`);
    if (milliseconds > longestTimeMs) problems.push(`timeouts.${field}: expected at most 24 days`);
    return milliseconds;
  };
  return {
    models,
    host: config.host === "" ? "0.0.0.0" : config.host,
    port,
    processes: processes === 0 ? availableParallelism() : processes,
    data: config.data === "" ? "data" : config.data,
    tls: config.tls === undefined ? undefined : readTls(config.tls, problems),
    allowedOrigins: readOrigins(config.cors?.allowedOrigins ?? [], problems),
    maxRequestBytes: size("maxRequestBytes", limits?.maxRequestBytes, 64 * mebibyte),
    maxResponseBytes: size("maxResponseBytes", limits?.maxResponseBytes, 64 * mebibyte),
    maxStreamConcurrency: size("maxStreamConcurrency", limits?.maxStreamConcurrency, 64),
    maxValues: size("maxValues", limits?.maxValues, 2_000_000),
    timeouts: {
      handshakeMs: time("handshake", timeouts?.handshake, 10_000),
      headersMs: time("headers", timeouts?.headers, 30_000),
      requestMs: time("request", timeouts?.request, 300_000),
      keepAliveMs: time("keepAlive", timeouts?.keepAlive, 75_000),
      maxDeadlineMs: time("maxDeadline", timeouts?.maxDeadline, 3_600_000),
      drainMs: time("drain", timeouts?.drain, 30_000),
      queueMs: time("queue", timeouts?.queue, 500),
    },
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readTls(config: TlsConfig, problems: string[]): TlsIdentity {
  const read = (field: "cert" | "key"): string => {
    const path = config[field];
    if (path === "") {
      problems.push(`tls.${field}: required, as the other half of TLS is given`);
      return "";
    }
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      problems.push(`tls.${field}: ${error instanceof Error ? error.message : String(error)}`);
      return "";
    }
  };
  return { cert: read("cert"), key: read("key") };
}

function readOrigins(origins: readonly string[], problems: string[]): readonly string[] {
  for (const [index, origin] of origins.entries()) {
    const parsed = URL.canParse(origin) ? new URL(origin).origin : undefined;
    if (origin !== "*" && parsed !== origin) {
      const hint = parsed === undefined || parsed === "null" ? "https://app.example.com" : parsed;
      problems.push(
        `cors.allowedOrigins[${index}]: expected an origin such as ${hint}, got ${origin}`,
      );
    }
  }
  return origins;
}
