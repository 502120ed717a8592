/** A sum without rounding errors: what is taken back leaves nothing behind, and order does not matter. */
export interface ExactSum {
  /** Adds a number, or takes one back. NaN counts as infinity. */
  add(value: number, sign?: Sign): void;
  /** Adds the product of two numbers, or takes one back. */
  addProduct(a: number, b: number, sign?: Sign): void;
  /** Adds what another sum has added. */
  merge(saved: SavedSum): void;
  save(): SavedSum;
  /**
   * The sum, rounded once, to the nearest. While it holds numbers of more than
   * 2^970 it is infinite, and NaN if there are some of both signs.
   */
  value(): number;
}

/** 1 adds, -1 takes back. */
export type Sign = 1 | -1;

/** A sum as plain JSON. */
export interface SavedSum {
  /** Numbers of which none overlaps another, the smallest first; their sum is the sum. */
  readonly parts: readonly number[];
  /** How many numbers were too large to be summed. */
  readonly above: number;
  /** How many were too far below zero. */
  readonly below: number;
}

/** 2^53 numbers below this do not overflow. */
const limit = 2 ** 970;

/**
 * Makes a sum of nothing. It is kept as a few parts that do not overlap
 * (Shewchuk, 1997): adding a number to each in turn, and keeping what rounding
 * lost as a part of its own.
 */
export function createExactSum(): ExactSum {
  const parts: number[] = [];
  let above = 0;
  let below = 0;

  const grow = (value: number): void => {
    let carried = value;
    let kept = 0;
    for (let index = 0; index < parts.length; index += 1) {
      const part = parts[index] ?? 0;
      const sum = carried + part;
      const lost =
        Math.abs(carried) < Math.abs(part) ? carried - (sum - part) : part - (sum - carried);
      if (lost !== 0) {
        parts[kept] = lost;
        kept += 1;
      }
      carried = sum;
    }
    parts.length = kept;
    if (carried !== 0) parts.push(carried);
  };
  const setAside = (value: number, sign: Sign): void => {
    if (value < 0) below += sign;
    else above += sign;
  };

  const sum: ExactSum = {
    add(value, sign = 1) {
      if (Math.abs(value) <= limit) grow(sign * value);
      else setAside(value, sign);
    },
    addProduct(a, b, sign = 1) {
      const product = a * b;
      if (Math.abs(product) <= limit && Math.abs(a) <= limit && Math.abs(b) <= limit) {
        grow(sign * product);
        grow(sign * lostByProduct(a, b));
      } else {
        setAside(product, sign);
      }
    },
    merge(saved) {
      for (const part of saved.parts) grow(part);
      above += saved.above;
      below += saved.below;
    },
    save: () => ({ parts: [...parts], above, below }),
    value() {
      if (above > 0 || below > 0) {
        return (above > 0 ? Infinity : 0) + (below > 0 ? -Infinity : 0);
      }
      return roundedSum(parts);
    },
  };
  return sum;
}

/** Returns a · b minus the product as it is rounded (Dekker, 1971). */
function lostByProduct(a: number, b: number): number {
  const [aHigh, aLow] = halves(a);
  const [bHigh, bLow] = halves(b);
  return aLow * bLow - (a * b - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** Splits a number into two of 26 bits at most, whose products are exact. */
function halves(value: number): [high: number, low: number] {
  const scaled = value * (2 ** 27 + 1);
  const high = scaled - (scaled - value);
  return [high, value - high];
}

/** Sums parts that do not overlap from the greatest down, so that only one addition rounds. */
function roundedSum(parts: readonly number[]): number {
  let index = parts.length - 1;
  let sum = parts[index] ?? 0;
  let lost = 0;
  while (index > 0 && lost === 0) {
    index -= 1;
    const part = parts[index] ?? 0;
    const next = sum + part;
    lost = part - (next - sum);
    sum = next;
  }
  // A tie was rounded to even, but the parts below it may say that it was none.
  const beyond = parts[index - 1] ?? 0;
  if (index > 0 && lost !== 0 && Math.sign(lost) === Math.sign(beyond)) {
    const nudged = sum + lost * 2;
    if (nudged - sum === lost * 2) return nudged;
  }
  return sum;
}
