import { propagation, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import type { Log } from "../core/log.ts";
import { sendDiagnosticsTo } from "./otel-diagnostics.ts";
import { describeResource } from "./otel-resource.ts";
import { createOtelSpans } from "./otel-spans.ts";
import type { Tracing } from "./tracing.ts";

/** How traces are made. */
export interface OtelTracesOptions {
  /** The server's own version. */
  readonly version: string;
  readonly trustRemoteContext: boolean;
  /** Is told where traces cannot be sent. */
  readonly log: Log;
}

/**
 * Starts OpenTelemetry's SDK for traces, by the standard `OTEL_` variables:
 * exporter, protocol, endpoint, headers, sampler, limits, batches, propagators
 * and resource. The service is called `presage` unless they name it otherwise.
 */
export function startOtelTraces({ version, trustRemoteContext, log }: OtelTracesOptions): Tracing {
  const sdk = new NodeSDK({
    resource: describeResource(version),
    autoDetectResources: false,
    instrumentations: [],
    // Metrics have their own way out, and logs are lines.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  sendDiagnosticsTo(log);
  return createOtelSpans({
    tracer: trace.getTracer("presage", version),
    propagator: {
      inject() {},
      extract: (...read) => propagation.extract(...read),
      fields: () => propagation.fields(),
    },
    trustRemoteContext,
    async shutdown() {
      try {
        await sdk.shutdown();
      } catch (err) {
        log("warn", "the last traces could not be sent", { err });
      }
    },
  });
}
