import type { Accumulator, ScoredRow } from "../accumulator.ts";
import { createExactSum, type SavedSum, type Sign } from "../exact-sum.ts";
import { createMoments, type SavedMoments } from "../moments.ts";
import { ratio } from "../ratio.ts";

/** How far the answers of a regression are from the truth. */
export interface RegressionMetrics {
  /** The mean of |answer - truth|. */
  readonly meanAbsoluteError: number;
  /** The root of the mean of (answer - truth)². */
  readonly rootMeanSquaredError: number;
  /** 1 - Σ(answer - truth)² / Σ(truth - its mean)²; 0 while the truth does not vary. */
  readonly rSquared: number;
  /** The mean of |answer - truth| / |truth|, where a truth of 0 counts as 2^-52. */
  readonly meanAbsolutePercentageError: number;
  /** The mean of answer - truth. */
  readonly bias: number;
}

/** The sums of a regression as plain JSON. */
export interface SavedErrors {
  readonly truths: SavedMoments;
  readonly errors: SavedSum;
  readonly absolute: SavedSum;
  readonly squared: SavedSum;
  readonly relative: SavedSum;
}

/** Counts the errors of a regression. An answer that is no number is infinitely wrong. */
export function createErrors(): Accumulator<ScoredRow, RegressionMetrics, SavedErrors> {
  const truths = createMoments();
  const errors = createExactSum();
  const absolute = createExactSum();
  const squared = createExactSum();
  const relative = createExactSum();

  const count = ({ answer, truth }: ScoredRow, sign: Sign): void => {
    const error = answer - truth;
    const distance = Math.abs(error);
    truths.add(truth, sign);
    errors.add(error, sign);
    absolute.add(distance, sign);
    squared.add(error * error, sign);
    relative.add(distance / Math.max(Math.abs(truth), Number.EPSILON), sign);
  };

  return {
    add: (row) => count(row, 1),
    takeBack: (row) => count(row, -1),
    merge(saved) {
      truths.merge(saved.truths);
      errors.merge(saved.errors);
      absolute.merge(saved.absolute);
      squared.merge(saved.squared);
      relative.merge(saved.relative);
    },
    save: () => ({
      truths: truths.save(),
      errors: errors.save(),
      absolute: absolute.save(),
      squared: squared.save(),
      relative: relative.save(),
    }),
    snapshot() {
      const rows = truths.count();
      const spread = truths.spread();
      return {
        meanAbsoluteError: ratio(absolute.value(), rows),
        rootMeanSquaredError: Math.sqrt(ratio(squared.value(), rows)),
        rSquared: spread > 0 && Number.isFinite(spread) ? 1 - squared.value() / spread : 0,
        meanAbsolutePercentageError: ratio(relative.value(), rows),
        bias: ratio(errors.value(), rows),
      };
    },
  };
}
