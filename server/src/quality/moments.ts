import type { Sign } from "./exact-sum.ts";
import { createExactSum, type SavedSum } from "./exact-sum.ts";

/** Numbers, as far as their mean and variance need. */
export interface Moments {
  /** Adds a number, or takes one back. */
  add(value: number, sign: Sign): void;
  /** Adds what others have added. */
  merge(saved: SavedMoments): void;
  save(): SavedMoments;
  count(): number;
  sum(): number;
  /** The sum of squared distances from the mean. */
  spread(): number;
}

/** Moments as plain JSON. */
export interface SavedMoments {
  readonly count: number;
  readonly sum: SavedSum;
  readonly squares: SavedSum;
}

/** Makes the moments of no numbers. */
export function createMoments(): Moments {
  let count = 0;
  const sum = createExactSum();
  const squares = createExactSum();
  return {
    add(value, sign) {
      count += sign;
      sum.add(value, sign);
      squares.addProduct(value, value, sign);
    },
    merge(saved) {
      count += saved.count;
      sum.merge(saved.sum);
      squares.merge(saved.squares);
    },
    save: () => ({ count, sum: sum.save(), squares: squares.save() }),
    count: () => count,
    sum: () => sum.value(),
    spread: () =>
      Number.isFinite(squares.value()) ? spreadOf(count, sum.save(), squares.save()) : Infinity,
  };
}

/**
 * Returns Σ(x - mean)² as (n Σx² - (Σx)²) / n. In rounded numbers this difference
 * would lose all its digits where the mean is far from 0; here it is exact.
 */
function spreadOf(count: number, sum: SavedSum, squares: SavedSum): number {
  if (count === 0) return 0;
  const difference = createExactSum();
  for (const part of squares.parts) difference.addProduct(part, count);
  for (const a of sum.parts) {
    for (const b of sum.parts) difference.addProduct(a, b, -1);
  }
  return difference.value() / count;
}
