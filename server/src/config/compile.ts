import { readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import type {
  FeedbackConfig,
  LogConfig,
  ServerConfig,
  TlsConfig,
} from "@presage/gen/presage/v1/config_pb";
import type {
  FeedbackOptions,
  KeepingOptions,
  LogOptions,
  ServerOptions,
  StoreOptions,
  TlsIdentity,
} from "./options.ts";

const mebibyte = 1024 * 1024;
/** Timers count in signed 32-bit milliseconds; a longer one would fire at once. */
const longestTimeMs = 24 * 24 * 60 * 60 * 1000;
const greatestPort = 65_535;
/** More than any machine has use for: a slip of the pen. */
const mostProcesses = 1024;
const defaultRetentionMs = 400 * 24 * 60 * 60 * 1000;
const defaultMaxRows = 10_000_000;

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
    ...compileKeeping(config, problems),
    models,
    host: config.host === "" ? "0.0.0.0" : config.host,
    port,
    processes: processes === 0 ? availableParallelism() : processes,
    feedback: readFeedback(config.feedback, problems),
    log: readLog(config.log, problems),
    tracing: { trustRemoteContext: config.tracing?.trustRemoteContext ?? false },
    metrics: { calls: config.metrics?.calls ?? true },
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

/** The same for where the server's own state is kept, of which more than servers have need. */
export function compileKeeping(config: ServerConfig, problems: string[]): KeepingOptions {
  return {
    data: config.data === "" ? "data" : config.data,
    store: readStore(config.store, problems),
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function readStore(store: string, problems: string[]): StoreOptions {
  switch (store) {
    case "":
    case "sqlite":
      return { kind: "sqlite" };
    case "off":
      return { kind: "off" };
    default:
      // The text may hold a password: it is not repeated.
      if (!/^postgres(ql)?:\/\//.test(store) || !URL.canParse(store)) {
        problems.push(
          "store: expected sqlite, off, or a URL such as postgres://user:password@host/database",
        );
      }
      return { kind: "postgres", url: store };
  }
}

function readFeedback(config: FeedbackConfig | undefined, problems: string[]): FeedbackOptions {
  const { retention, maxRows } = config ?? {};
  const retentionMs = retention === undefined ? defaultRetentionMs : durationMs(retention);
  if (retentionMs <= 0) problems.push("feedback.retention: expected more than 0s");
  if (maxRows === 0n) problems.push("feedback.maxRows: expected at least 1, got 0");
  return { retentionMs, maxRows: maxRows === undefined ? defaultMaxRows : Number(maxRows) };
}

const levels = ["debug", "info", "warn", "error"] as const;
const formats = ["auto", "json", "pretty"] as const;

function readLog(config: LogConfig | undefined, problems: string[]): LogOptions {
  const { level = "", format = "", accessSample = 0 } = config ?? {};
  const choose = <Choice extends string>(
    field: string,
    given: string,
    [fallback, choices]: readonly [Choice, readonly Choice[]],
  ): Choice => {
    const chosen = given === "" ? fallback : choices.find((choice) => choice === given);
    if (chosen === undefined)
      problems.push(`log.${field}: expected one of ${choices.join(", ")}, got ${given}`);
    return chosen ?? fallback;
  };
  if (!(accessSample >= 0 && accessSample <= 1))
    problems.push(`log.accessSample: expected 0 to 1, got ${accessSample}`);
  return {
    level: choose("level", level, ["info", levels]),
    format: choose("format", format, ["auto", formats]),
    accessSample,
  };
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
