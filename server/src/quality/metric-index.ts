import type { Scoring } from "../core/scoring.ts";
import { type Accumulator, combineAccumulators, type ScoredRow } from "./accumulator.ts";
import { type ClassTableMetrics, createClassTable } from "./metrics/class-table.ts";
import { type ConfusionMetrics, createConfusion } from "./metrics/confusion.ts";
import { createErrors, type RegressionMetrics } from "./metrics/errors.ts";
import { createLoss, type LossMetrics } from "./metrics/loss.ts";
import { createRanking } from "./metrics/ranking.ts";

/** How good the answers of a binary task are. */
export interface BinaryMetrics {
  readonly kind: "binary";
  readonly confusion: ConfusionMetrics;
  /** Undefined where the model answers no probabilities. */
  readonly loss: LossMetrics | undefined;
  /** The area under the ROC curve, 0 to 1; undefined where the model answers no scores. */
  readonly rocAuc: number | undefined;
}

/** How good the answers of a multiclass task are. */
export interface MulticlassMetrics {
  readonly kind: "multiclass";
  readonly classTable: ClassTableMetrics;
  /** Undefined where the model answers no probabilities. */
  readonly loss: LossMetrics | undefined;
}

/** How good answers are, by the kind of their scoring. */
export type AnswerMetrics =
  | BinaryMetrics
  | MulticlassMetrics
  | { readonly kind: "regression"; readonly errors: RegressionMetrics }
  | { readonly kind: "other" };

/** Makes what counts the rows of a scoring. A new metric is a file in `metrics/` and a line here. */
export function createAccumulator(scoring: Scoring): Accumulator<ScoredRow, AnswerMetrics> {
  switch (scoring.kind) {
    case "binary":
      return combineAccumulators(scoring.kind, {
        confusion: createConfusion(scoring),
        loss: createLoss(scoring),
        rocAuc: createRanking(scoring),
      });
    case "multiclass":
      return combineAccumulators(scoring.kind, {
        classTable: createClassTable(scoring),
        loss: createLoss(scoring),
      });
    case "regression":
      return combineAccumulators(scoring.kind, { errors: createErrors() });
    case "other":
      return combineAccumulators(scoring.kind, {});
  }
}
