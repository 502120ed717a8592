import type { CallTelemetry, PredictionNotes } from "../core/call-record.ts";
import type { CallLog } from "../core/log.ts";
import { FollowedCall } from "./followed-call.ts";
import { callsActive } from "./instruments.ts";
import { createMethodSeriesTable } from "./method-series.ts";
import type { MetricRegistry } from "./registry.ts";
import type { Tracing } from "./tracing.ts";
import { followPredictions, followVersion } from "./version-telemetry.ts";

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
  /** Bounded by the models that there are. */
  const unrouted = new Map<string, PredictionNotes>();
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
    unrouted(model) {
      const known = unrouted.get(model);
      if (known !== undefined) return known;
      const notes = followPredictions(registry, { model, version: "" });
      unrouted.set(model, notes);
      return notes;
    },
  };
}
