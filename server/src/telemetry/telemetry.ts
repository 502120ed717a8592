import type { CallTelemetry } from "../core/call-record.ts";
import type { CallLog, Log } from "../core/log.ts";
import { readVersion } from "./build-version.ts";
import { createCallTelemetry } from "./call-telemetry.ts";
import { watchEventLoop } from "./event-loop-watch.ts";
import type { MetricSource } from "./exposition.ts";
import { logDropped } from "./instruments.ts";
import { isExported } from "./otel-environment.ts";
import type { OtelMetrics } from "./otel-metrics.ts";
import { observeProcess } from "./process-metrics.ts";
import { createMetricRegistry, type MetricRegistry, noRegistry } from "./registry.ts";
import type { Tracing } from "./tracing.ts";

/** What a process tells of itself and of its calls. */
export interface Telemetry {
  readonly metrics: MetricRegistry;
  readonly calls: CallTelemetry;
  /**
   * Sends, where the environment asks for it, what this process measures and what
   * these tell, from now on until the end.
   */
  sendMetrics(others: readonly MetricSource[]): Promise<void>;
  /** Sends what is not sent yet, and ends. */
  stop(): Promise<void>;
}

/** What telemetry is started with. */
export interface TelemetryOptions {
  readonly log: Log;
  readonly callLog: CallLog;
  readonly reportFault: (fault: unknown) => void;
  /** How many lines of the log were left out so far. */
  readonly linesLeftOut: () => number;
  /** Whether calls are measured. */
  readonly measuresCalls: boolean;
  /** Whether a call becomes a part of its caller's trace. */
  readonly trustRemoteContext: boolean;
  /** The environment, of which the variables of OpenTelemetry are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Starts to measure this process; traces only where the environment asks for them. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { log, callLog, reportFault, linesLeftOut, environment, measuresCalls } = options;
  const version = readVersion();
  const metrics = createMetricRegistry();
  const eventLoop = watchEventLoop();
  observeProcess(metrics, { version, eventLoop });
  metrics.observe(logDropped, () => [{ attributes: {}, value: linesLeftOut() }]);
  const tracing = await startTracing(version, options);
  let sending: OtelMetrics | undefined;
  return {
    metrics,
    calls: createCallTelemetry({
      registry: measuresCalls ? metrics : noRegistry,
      log: callLog,
      tracing,
      reportFault,
    }),
    async sendMetrics(others) {
      if (!isExported("metrics", environment)) return;
      const { startOtelMetrics } = await import("./otel-metrics.ts");
      const sources = [() => metrics.collect(), ...others];
      sending = await startOtelMetrics({ version, sources, log });
    },
    async stop() {
      await Promise.all([sending?.shutdown(), tracing?.shutdown()]);
      eventLoop.stop();
    },
  };
}

/** The libraries of OpenTelemetry are loaded only where they are used. */
async function startTracing(
  version: string,
  { log, trustRemoteContext, environment }: TelemetryOptions,
): Promise<Tracing | undefined> {
  if (!isExported("traces", environment)) return undefined;
  const { startOtelTraces } = await import("./otel-traces.ts");
  return startOtelTraces({ version, trustRemoteContext, log });
}
