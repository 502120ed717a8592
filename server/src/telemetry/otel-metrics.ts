import {
  getNumberFromEnv,
  getStringFromEnv,
  getStringListFromEnv,
  hrTime,
  millisToHrTime,
} from "@opentelemetry/core";
import type { Resource } from "@opentelemetry/resources";
import {
  ConsoleMetricExporter,
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { Log } from "../core/log.ts";
import type { MetricSource } from "./exposition.ts";
import { mergeSnapshots } from "./merge.ts";
import { sendDiagnosticsTo } from "./otel-diagnostics.ts";
import { toMetricData } from "./otel-metric-data.ts";
import { describeResource } from "./otel-resource.ts";

/** What metrics are sent of. */
export interface OtelMetricsParts {
  /** The server's own version. */
  readonly version: string;
  /** Tell what this process measures. */
  readonly sources: readonly MetricSource[];
  /** Is told where metrics cannot be sent. */
  readonly log: Log;
}

/** Metrics that are sent every minute. */
export interface OtelMetrics {
  /** Sends them once more, for at most two seconds, and ends. */
  shutdown(): Promise<void>;
}

/** A receiver that is away must not keep a server from ending. */
const longestEndMs = 2000;

/**
 * Starts to send metrics as the standard variables say: OTEL_METRICS_EXPORTER
 * (`otlp`, `console`), OTEL_EXPORTER_OTLP_PROTOCOL (`grpc`, `http/protobuf`,
 * `http/json`), OTEL_METRIC_EXPORT_INTERVAL and OTEL_METRIC_EXPORT_TIMEOUT, and
 * what the exporter reads itself: endpoint, headers, compression, certificates.
 * Sums are cumulative, whatever temporality is preferred.
 */
export async function startOtelMetrics(parts: OtelMetricsParts): Promise<OtelMetrics> {
  const { version, log } = parts;
  sendDiagnosticsTo(log);
  const exporters = await createExporters(log);
  const resource = describeResource(version);
  const producer = createProducer(parts, resource);
  const provider = new MeterProvider({
    resource,
    readers: exporters.map((exporter) => createReader(exporter, producer)),
  });
  return {
    async shutdown() {
      try {
        await provider.shutdown({ timeoutMillis: longestEndMs });
      } catch (err) {
        log("warn", "the last metrics could not be sent", { err });
      }
    },
  };
}

function createReader(
  exporter: PushMetricExporter,
  producer: MetricProducer,
): PeriodicExportingMetricReader {
  const interval = positiveNumber("OTEL_METRIC_EXPORT_INTERVAL") ?? 60_000;
  const timeout = positiveNumber("OTEL_METRIC_EXPORT_TIMEOUT") ?? 30_000;
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(timeout, interval),
    metricProducers: [producer],
  });
}

function createProducer(
  { version, sources }: OtelMetricsParts,
  resource: Resource,
): MetricProducer {
  const startTime = millisToHrTime(performance.timeOrigin);
  const scope = { name: "presage", version };
  return {
    async collect() {
      const snapshots = await Promise.all(sources.map(async (collect) => collect()));
      const metrics = toMetricData(mergeSnapshots(snapshots), { startTime, endTime: hrTime() });
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
}

async function createExporters(log: Log): Promise<readonly PushMetricExporter[]> {
  const names = new Set(getStringListFromEnv("OTEL_METRICS_EXPORTER") ?? ["otlp"]);
  const exporters: PushMetricExporter[] = [];
  for (const name of names) {
    if (name === "otlp") exporters.push(await createOtlpExporter(log));
    else if (name === "console") exporters.push(new ConsoleMetricExporter());
    else
      log("warn", `OTEL_METRICS_EXPORTER: there is no exporter ${name}; there are otlp, console`);
  }
  return exporters;
}

type LoadExporter = () => Promise<new () => PushMetricExporter>;

const loadProtobuf: LoadExporter = async () =>
  (await import("@opentelemetry/exporter-metrics-otlp-proto")).OTLPMetricExporter;

/** The way out by each protocol; its library is loaded only where it is used. */
const otlpExporters: ReadonlyMap<string, LoadExporter> = new Map([
  [
    "grpc",
    async () => (await import("@opentelemetry/exporter-metrics-otlp-grpc")).OTLPMetricExporter,
  ],
  ["http/protobuf", loadProtobuf],
  [
    "http/json",
    async () => (await import("@opentelemetry/exporter-metrics-otlp-http")).OTLPMetricExporter,
  ],
]);

async function createOtlpExporter(log: Log): Promise<PushMetricExporter> {
  const asked =
    getStringFromEnv("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL") ??
    getStringFromEnv("OTEL_EXPORTER_OTLP_PROTOCOL");
  const protocol = asked?.trim() ?? "http/protobuf";
  const load = otlpExporters.get(protocol);
  if (load === undefined) {
    const known = [...otlpExporters.keys()].join(", ");
    log(
      "warn",
      `OTEL_EXPORTER_OTLP_PROTOCOL: there is no ${protocol} among ${known}; metrics go by http/protobuf`,
    );
  }
  const Exporter = await (load ?? loadProtobuf)();
  return new Exporter();
}

function positiveNumber(variable: string): number | undefined {
  const value = getNumberFromEnv(variable);
  return value !== undefined && value > 0 ? value : undefined;
}
