import { readFileSync } from "node:fs";
import type { ServerOptions, TimeoutOptions } from "../../server/src/config/options.ts";
import { silentLog } from "../../server/src/core/log.ts";
import {
  buildServer,
  type CloseReport,
  type Reporters,
  type Server,
} from "../../server/src/main.ts";
import { openServerLog } from "../../server/src/telemetry/log/server-log.ts";
import { keepLog, keepsLogs } from "./kept-logs.ts";
import { exampleModels, tlsFiles } from "./start-server.ts";

/** Options that differ from those of a test. */
export type OptionOverrides = Partial<Omit<ServerOptions, "timeouts">> & {
  readonly timeouts?: Partial<TimeoutOptions>;
};

/** A server in the test's own process. */
export interface BuiltServer {
  /** Where it listens, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Closes the server, and rejects if it ever reported a fault of its own. A second call does nothing more. */
  close(): Promise<CloseReport>;
}

/** The defaults of a server, but on a free port of 127.0.0.1, with the example models. */
export function testOptions(overrides: OptionOverrides = {}): ServerOptions {
  const mebibyte = 1024 * 1024;
  return {
    models: exampleModels,
    host: "127.0.0.1",
    port: 0,
    processes: 1,
    data: "data",
    store: { kind: "off" },
    feedback: { retentionMs: 400 * 24 * 60 * 60 * 1000, maxRows: 10_000_000 },
    tls: undefined,
    allowedOrigins: [],
    maxRequestBytes: 64 * mebibyte,
    maxResponseBytes: 64 * mebibyte,
    maxStreamConcurrency: 64,
    maxValues: 2_000_000,
    log: { level: "info", format: "json", accessSample: 0 },
    tracing: { trustRemoteContext: false },
    metrics: { calls: true },
    ...overrides,
    timeouts: {
      handshakeMs: 10_000,
      headersMs: 30_000,
      requestMs: 300_000,
      keepAliveMs: 75_000,
      maxDeadlineMs: 3_600_000,
      drainMs: 30_000,
      queueMs: 500,
      ...overrides.timeouts,
    },
  };
}

/** The certificate of the tests with its key, for the option `tls`. */
export function testIdentity(): NonNullable<ServerOptions["tls"]> {
  return { cert: readFileSync(tlsFiles.cert, "utf8"), key: readFileSync(tlsFiles.key, "utf8") };
}

const silent: Reporters = {
  reportFault() {},
  log: silentLog,
  tells: () => false,
  linesLeftOut: () => 0,
};

/** Builds a server in this process, opens its port and loads its models. */
export async function startBuiltServer(overrides: OptionOverrides = {}): Promise<BuiltServer> {
  const faults: unknown[] = [];
  const log = keepsLogs()
    ? await openServerLog({ level: "debug", format: "json", stream: { write: keepLog } })
    : silent;
  const server = await buildServer(testOptions(overrides), {
    ...log,
    reportFault(fault) {
      faults.push(fault);
      log.reportFault(fault);
    },
  });
  const { host, port, secure } = await server.listen();
  await server.load();
  let closed: Promise<CloseReport> | undefined;
  const close = async (): Promise<CloseReport> => {
    const report = await server.close();
    if (faults.length > 0) {
      const told = faults.map((fault) => (fault instanceof Error ? fault.stack : String(fault)));
      throw new AggregateError(faults, `the server reported faults:\n${told.join("\n")}`);
    }
    return report;
  };
  return {
    url: `${secure ? "https" : "http"}://${host}:${port}`,
    port,
    server,
    async close() {
      closed ??= close();
      return closed;
    },
  };
}
