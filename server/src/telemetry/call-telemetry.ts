import type { CallTelemetry } from "../core/call-record.ts";
import type { CallLog } from "../core/log.ts";
import { FollowedCall } from "./followed-call.ts";
import { callsActive, predictionDuration, predictions } from "./instruments.ts";
import { createMethodSeriesTable } from "./method-series.ts";
import type { MetricRegistry } from "./registry.ts";
import type { Tracing } from "./tracing.ts";
import { createCounterByStatus, followVersion } from "./version-telemetry.ts";

/** Where notes of calls go. */
export interface CallTelemetryParts {
  readonly registry: MetricRegistry;
  readonly log: CallLog;
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined;
  /** Is told why a note could not be taken, which costs no call its answer. */
  readonly reportFault: (fault: unknown) => void;
}

/** Measures, traces and logs calls. */
export function createCallTelemetry(parts: CallTelemetryParts): CallTelemetry {
  const { registry, log, tracing, reportFault } = parts;
  const methods = createMethodSeriesTable(registry);
  const ofNone = { model: "", version: "" };
  const total = registry.histogram(predictionDuration, { ...ofNone, phase: "total" });
  const unrouted = createCounterByStatus((code) =>
    registry.counter(predictions, { ...ofNone, code }),
  );
  let active = 0;
  registry.observe(callsActive, () => [{ attributes: {}, value: active }]);
  const ended = (): void => {
    active -= 1;
  };

  return {
    begin(start) {
      active += 1;
      const series = methods.find(start);
      return new FollowedCall({
        start,
        series,
        log,
        span: tracing?.begin(start),
        ended,
        reportFault,
      });
    },
    follow: (version) => followVersion(registry, version),
    unrouted(failure, startedAt) {
      unrouted(failure).add();
      total.record((performance.now() - startedAt) / 1000);
    },
  };
}
