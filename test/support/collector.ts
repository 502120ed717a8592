import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  type CollectedSeries,
  type CollectedSpan,
  type OtlpMessage,
  readSeries,
  readSpans,
} from "./otlp-json.ts";

/** A transport of OTLP, as `OTEL_EXPORTER_OTLP_PROTOCOL` names it. */
export type OtlpTransport = "grpc" | "http/protobuf";

/** OpenTelemetry's own Collector, which keeps what it is sent. */
export interface Collector {
  /** Where it takes OTLP, by the transport, e.g. `http://127.0.0.1:41234`. Pages may send there too. */
  readonly urls: Readonly<Record<OtlpTransport, string>>;
  /**
   * The variables by which OpenTelemetry's SDK sends traces here by a transport,
   * as soon as they are there, and metrics twice a second.
   */
  environment(transport: OtlpTransport): Readonly<Record<string, string>>;
  /** The spans that it has accepted by now, in their order. */
  spans(): Promise<readonly CollectedSpan[]>;
  /** The series that it has accepted by now, in their order; each is there as often as it was sent. */
  series(): Promise<readonly CollectedSeries[]>;
  /** Stops it, and removes what it kept. Rejects if it fails. */
  stop(): Promise<void>;
}

/** A line of its log, as far as it is read here. */
interface LogLine {
  readonly msg?: string;
  readonly endpoint?: string;
}

/** How often it writes what it has accepted, in milliseconds. */
const flushMs = 20;
const markName = "mark";

const program = fileURLToPath(new URL("../../.tools/bin/collector", import.meta.url));

/** Starts the Collector of test/interop/collector on free ports. Rejects if it is not installed, or does not start. */
export async function startCollector(): Promise<Collector> {
  const folder = await mkdtemp(join(tmpdir(), "presage-collector-"));
  const file = join(folder, "otlp.jsonl");
  const child = spawn(program, ["--config", `yaml:${JSON.stringify(configuration(file))}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const closed = once(child, "close").then(
    () => {
      process.off("exit", kill);
      return child.exitCode;
    },
    (cause) => {
      throw new Error(`cannot run ${program}: test/interop/install.sh builds it`, { cause });
    },
  );

  const log: string[] = [];
  const addresses = new Map<string, string>();
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      log.push(line);
      const { msg = "", endpoint = "" } = readLine(line);
      if (endpoint !== "") addresses.set(msg, `http://${endpoint}`);
      if (msg.startsWith("Everything is ready")) resolve();
    });
  });
  const failed = async (): Promise<never> => {
    throw new Error(`the collector ended with code ${await closed}:\n${log.join("\n")}`);
  };
  await Promise.race([ready, failed()]);

  const urls = {
    grpc: addresses.get("Starting GRPC server") ?? "",
    "http/protobuf": addresses.get("Starting HTTP server") ?? "",
  };
  /** What it has accepted: it writes that a little later, but in order, so a mark of our own tells. */
  const messages = async (): Promise<readonly OtlpMessage[]> => {
    const mark = randomBytes(16).toString("hex");
    await sendMark(urls["http/protobuf"], mark);
    for (;;) {
      const [before, after] = (await readFile(file, "utf8")).split(mark);
      // The last line holds the mark, or a part of it.
      if (after !== undefined) return (before ?? "").split("\n").slice(0, -1).map(readMessage);
      await setTimeout(flushMs);
    }
  };
  return {
    urls,
    environment: (transport) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: urls[transport],
      OTEL_EXPORTER_OTLP_PROTOCOL: transport,
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_METRIC_EXPORT_INTERVAL: "500",
      OTEL_METRIC_EXPORT_TIMEOUT: "500",
    }),
    spans: async () =>
      (await messages()).flatMap(readSpans).filter(({ name }) => name !== markName),
    series: async () => (await messages()).flatMap(readSeries),
    async stop() {
      child.kill("SIGTERM");
      if ((await closed) !== 0) await failed();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the Collector is told: it takes OTLP on ports that are free, and appends it to a file. */
function configuration(path: string): object {
  const endpoint = "127.0.0.1:0";
  const http = { endpoint, cors: { allowed_origins: ["*"] } };
  const pipeline = { receivers: ["otlp"], exporters: ["file"] };
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint }, http } } },
    exporters: { file: { path, flush_interval: `${flushMs}ms` } },
    service: { pipelines: { traces: pipeline, metrics: pipeline } },
  };
}

/** Sends a span whose trace is called as the mark. */
async function sendMark(url: string, mark: string): Promise<void> {
  const span = { traceId: mark, spanId: mark.slice(0, 16), name: markName };
  const times = { startTimeUnixNano: "1", endTimeUnixNano: "1" };
  const response = await fetch(`${url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...times }] }] }] }),
  });
  if (!response.ok) throw new Error(`the collector answered ${await response.text()}`);
}

function readLine(line: string): LogLine {
  if (!line.startsWith("{")) return {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the Collector logs
  return JSON.parse(line) as LogLine;
}

function readMessage(line: string): OtlpMessage {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the Collector writes
  return JSON.parse(line) as OtlpMessage;
}
