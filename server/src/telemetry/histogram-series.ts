import type { Clock } from "../core/clock.ts";
import type { Attributes, HistogramSeries, SpanIdentity } from "../core/telemetry.ts";
import type { Exemplar, HistogramPoint } from "./snapshot.ts";

/** A series of a histogram, and what it has counted. */
export interface HistogramSource {
  readonly series: HistogramSeries;
  read(): HistogramPoint;
}

/** Makes a series that has counted nothing; `bounds` ascend. */
export function createHistogramSeries(
  bounds: readonly number[],
  attributes: Attributes,
  clock: Clock,
): HistogramSource {
  const limits = Float64Array.from(bounds);
  const counts = new Float64Array(bounds.length + 1);
  // A number in a variable that closures share is a new object at each change.
  const sum = new Float64Array(1);
  const exemplars = Array.from(counts, (): Exemplar | undefined => undefined);

  return {
    series: {
      record(value: number, count = 1, exemplar?: SpanIdentity) {
        if (!Number.isFinite(value)) return;
        let low = 0;
        let high = limits.length;
        while (low < high) {
          const middle = (low + high) >>> 1;
          if (value <= (limits[middle] ?? Infinity)) high = middle;
          else low = middle + 1;
        }
        counts[low] = (counts[low] ?? 0) + count;
        sum[0] = (sum[0] ?? 0) + value * count;
        if (exemplar !== undefined) {
          const { traceId, spanId } = exemplar;
          exemplars[low] = { bucket: low, value, at: clock.now(), traceId, spanId };
        }
      },
    },
    read: () => ({
      attributes,
      counts: [...counts],
      sum: sum[0] ?? 0,
      exemplars: exemplars.filter((each) => each !== undefined),
    }),
  };
}
