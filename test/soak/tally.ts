import { createHistogram, type Histogram } from "../bench/latency.ts";

/** What was unexpected, and how often. */
export interface Trouble {
  readonly what: string;
  readonly count: number;
}

/** What was counted in some time. */
export interface Counts {
  readonly calls: number;
  readonly errors: number;
  /** In milliseconds; NaN if no call was timed. */
  readonly p50: number;
  readonly p99: number;
  /** The kinds of errors, the most frequent first. */
  readonly troubles: readonly Trouble[];
}

/** Counts calls as they end. */
export interface Tally {
  /** Counts an operation that went as it must, and its requests; without a time, it is not timed. */
  succeeded(requests: number, milliseconds?: number): void;
  failed(what: string): void;
  read(): Counts;
}

/** Digits tell errors of one kind apart: ports, ids, values. Kinds beyond this many count as one. */
const mostKinds = 50;
const others = "others of many kinds";

/** Creates an empty tally. */
export function createTally(): Tally {
  const histogram: Histogram = createHistogram();
  const troubles = new Map<string, number>();
  let calls = 0;
  let errors = 0;
  return {
    succeeded(requests, milliseconds) {
      calls += requests;
      if (milliseconds !== undefined) histogram.record(milliseconds);
    },
    failed(what) {
      calls += 1;
      errors += 1;
      const kind = troubles.has(what) || troubles.size < mostKinds ? what : others;
      troubles.set(kind, (troubles.get(kind) ?? 0) + 1);
    },
    read: () => ({
      calls,
      errors,
      p50: histogram.quantile(0.5),
      p99: histogram.quantile(0.99),
      troubles: [...troubles]
        .map(([what, count]) => ({ what, count }))
        .toSorted((a, b) => b.count - a.count),
    }),
  };
}
