import type { Attributes, CounterSeries } from "../core/telemetry.ts";
import type { Reading } from "./snapshot.ts";

/** A series of a counter, and what it has counted. */
export interface CounterSource {
  readonly series: CounterSeries;
  read(): Reading;
}

/** Makes a series that has counted nothing. */
export function createCounterSeries(attributes: Attributes): CounterSource {
  // A number in a variable that closures share is a new object at each change.
  const total = new Float64Array(1);
  return {
    series: {
      add(amount = 1) {
        total[0] = (total[0] ?? 0) + amount;
      },
    },
    read: () => ({ attributes, value: total[0] ?? 0 }),
  };
}
