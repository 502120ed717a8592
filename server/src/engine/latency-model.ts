/** Learns how long a version's runs take, by the number of their rows. */
export interface LatencyModel {
  /** Takes note of a run: its rows and its duration in milliseconds. */
  record(rows: number, durationMs: number): void;
  /** Estimates the duration of a run in milliseconds; 0 before the first one. */
  estimate(rows: number): number;
}

/** The weight of the newest run in the running mean of its size. */
const newest = 0.2;

/**
 * Makes a model that keeps a running mean for each power of two of rows. A size
 * that was not seen yet is estimated from the nearest smaller one, in
 * proportion; one below all that were seen, from the smallest.
 */
export function createLatencyModel(): LatencyModel {
  const means: (number | undefined)[] = [];

  return {
    record(rows, durationMs) {
      const size = sizeClass(rows);
      const mean = means[size];
      means[size] = mean === undefined ? durationMs : mean + newest * (durationMs - mean);
    },
    estimate(rows) {
      const size = sizeClass(rows);
      for (let smaller = size; smaller >= 0; smaller -= 1) {
        const mean = means[smaller];
        if (mean !== undefined) return mean * 2 ** (size - smaller);
      }
      return means.find((mean) => mean !== undefined) ?? 0;
    },
  };
}

/** The power of two that holds a number of rows: 1, 2, 3–4, 5–8, … */
function sizeClass(rows: number): number {
  return Math.max(0, 32 - Math.clz32(rows - 1));
}
