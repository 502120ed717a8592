/** Counts of latencies, from 0.1 µs to 3.5 minutes, each known to within 1 %. */
export interface Histogram {
  /** How many were recorded. */
  readonly count: number;
  /** Adds one, in milliseconds; less than nothing counts as nothing. */
  record(milliseconds: number): void;
  /**
   * The latency in milliseconds that the share `q` (0 to 1) of all calls did
   * not exceed, by nearest rank. NaN if nothing was recorded.
   */
  quantile(q: number): number;
}

const unitsPerMillisecond = 10_000;
/** Each power of two is cut into as many parts as this power of two has. */
const precisionBits = 7;
const parts = 2 ** precisionBits;
const largest = 2 ** 31 - 1;

/** Creates an empty histogram: exact below 12.8 µs, logarithmic above. */
export function createHistogram(): Histogram {
  const counts = new Uint32Array(indexOf(largest) + 1);
  let count = 0;
  return {
    get count() {
      return count;
    },
    record(milliseconds) {
      const units = Math.min(Math.max(Math.round(milliseconds * unitsPerMillisecond), 0), largest);
      const index = indexOf(units);
      counts[index] = (counts[index] ?? 0) + 1;
      count += 1;
    },
    quantile(q) {
      const rank = Math.max(Math.ceil(q * count), 1);
      let seen = 0;
      for (const [index, each] of counts.entries()) {
        seen += each;
        if (seen >= rank) return middleOf(index) / unitsPerMillisecond;
      }
      return Number.NaN;
    },
  };
}

function indexOf(units: number): number {
  if (units < 2 * parts) return units;
  const shift = 31 - Math.clz32(units) - precisionBits;
  return shift * parts + (units >>> shift);
}

function middleOf(index: number): number {
  if (index < 2 * parts) return index;
  const shift = Math.floor(index / parts) - 1;
  const width = 2 ** shift;
  return (index - shift * parts) * width + (width - 1) / 2;
}

/** The middle value, or the mean of the middle two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? Number.NaN) + upper) / 2 : upper;
}
