import type { Accumulator } from "../accumulator.ts";
import { createExactSum, type SavedSum, type Sign } from "../exact-sum.ts";
import { ratio } from "../ratio.ts";

/** How long truth takes to come, in milliseconds. */
export interface LabelDelay {
  readonly meanMs: number;
  /** The delay that half of the rows do not pass, within 4 %. */
  readonly medianMs: number;
  /** The delay that 95 of 100 rows do not pass, within 4 %. */
  readonly p95Ms: number;
}

/** Delays as plain JSON. */
export interface SavedDelay {
  readonly rows: number;
  readonly sum: SavedSum;
  readonly buckets: readonly (readonly [bucket: number, rows: number])[];
}

/** The ratio of a bucket's ends: its middle is within (growth - 1) / (growth + 1) = 3.8 % of both. */
const growth = 1.08;
/** The bucket of delays below 1 ms. */
const atOnce = -1;

/** Counts delays in milliseconds. One below 0, of clocks that differ, counts as none. */
export function createLabelDelay(): Accumulator<number, LabelDelay, SavedDelay> {
  let rows = 0;
  const sum = createExactSum();
  const buckets = new Map<number, number>();

  const addTo = (bucket: number, more: number): void => {
    const now = (buckets.get(bucket) ?? 0) + more;
    if (now === 0) buckets.delete(bucket);
    else buckets.set(bucket, now);
  };
  const count = (delay: number, sign: Sign): void => {
    const delayMs = Math.max(delay, 0);
    rows += sign;
    sum.add(delayMs, sign);
    addTo(delayMs < 1 ? atOnce : Math.floor(Math.log(delayMs) / Math.log(growth)), sign);
  };
  const quantile = (share: number): number => {
    let left = Math.ceil(share * rows);
    for (const [bucket, more] of [...buckets].toSorted(([a], [b]) => a - b)) {
      left -= more;
      if (left <= 0) return bucket === atOnce ? 0 : middleOf(bucket);
    }
    return 0;
  };

  return {
    add: (delayMs) => count(delayMs, 1),
    takeBack: (delayMs) => count(delayMs, -1),
    merge(saved) {
      rows += saved.rows;
      sum.merge(saved.sum);
      for (const [bucket, more] of saved.buckets) addTo(bucket, more);
    },
    save: () => ({ rows, sum: sum.save(), buckets: [...buckets] }),
    snapshot: () => ({
      meanMs: ratio(sum.value(), rows),
      medianMs: quantile(0.5),
      p95Ms: quantile(0.95),
    }),
  };
}

function middleOf(bucket: number): number {
  return (2 * growth ** (bucket + 1)) / (growth + 1);
}
