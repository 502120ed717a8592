import { setTimeout as wait } from "node:timers/promises";
import { propagation, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import type { Log } from "../core/log.ts";
import { sendDiagnosticsTo } from "./otel-diagnostics.ts";
import { readRootRatio } from "./otel-environment.ts";
import { describeResource } from "./otel-resource.ts";
import { createOtelSpans, parentOrAlways } from "./otel-spans.ts";
import type { Tracing } from "./tracing.ts";

/** A receiver that is away must not keep a server from ending, as its own limit of 30 s would. */
const longestEndMs = 2000;

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
  const rootRatio = readRootRatio(process.env);
  const sdk = new NodeSDK({
    ...(rootRatio !== undefined && { sampler: parentOrAlways }),
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
    rootRatio,
    async shutdown() {
      try {
        await Promise.race([sdk.shutdown(), giveUp()]);
      } catch (err) {
        log("warn", "the last traces could not be sent", { err });
      }
    },
  });
}

async function giveUp(): Promise<never> {
  await wait(longestEndMs, undefined, { ref: false });
  throw new Error(`no receiver took them within ${longestEndMs} ms`);
}
