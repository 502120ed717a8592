import type { Scoring } from "../../core/scoring.ts";
import type { Accumulator, ScoredRow } from "../accumulator.ts";
import type { Sign } from "../exact-sum.ts";
import { f1Score, ratio } from "../ratio.ts";

/** The counts of a binary task by truth and answer. */
export interface ConfusionCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** What a binary task's counts tell. */
export interface ConfusionMetrics extends ConfusionCounts {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1Score: number;
  readonly specificity: number;
  /** Matthews' correlation coefficient, -1 to 1. */
  readonly matthewsCorrelation: number;
}

type BinaryScoring = Extract<Scoring, { kind: "binary" }>;

/**
 * Counts the rows of a binary task. An answer that is neither class is wrong: a
 * false negative of a positive row, a false positive of a negative one.
 */
export function createConfusion({
  positive,
}: BinaryScoring): Accumulator<ScoredRow, ConfusionMetrics, ConfusionCounts> {
  let truePositives = 0;
  let falsePositives = 0;
  let falseNegatives = 0;
  let trueNegatives = 0;

  const count = ({ truth, answer }: ScoredRow, sign: Sign): void => {
    if (truth === positive) {
      if (answer === truth) truePositives += sign;
      else falseNegatives += sign;
    } else if (answer === truth) trueNegatives += sign;
    else falsePositives += sign;
  };
  const save = (): ConfusionCounts => ({
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives,
  });

  return {
    add: (row) => count(row, 1),
    takeBack: (row) => count(row, -1),
    merge(saved) {
      truePositives += saved.truePositives;
      falsePositives += saved.falsePositives;
      falseNegatives += saved.falseNegatives;
      trueNegatives += saved.trueNegatives;
    },
    save,
    snapshot: () => ({ ...save(), ...confusionMetrics(save()) }),
  };
}

function confusionMetrics(counts: ConfusionCounts): Omit<ConfusionMetrics, keyof ConfusionCounts> {
  const { truePositives, falsePositives, falseNegatives, trueNegatives } = counts;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  const answeredPositive = truePositives + falsePositives;
  const answeredNegative = trueNegatives + falseNegatives;
  const precision = ratio(truePositives, answeredPositive);
  const recall = ratio(truePositives, positives);
  return {
    accuracy: ratio(truePositives + trueNegatives, positives + negatives),
    precision,
    recall,
    f1Score: f1Score(precision, recall),
    specificity: ratio(trueNegatives, negatives),
    matthewsCorrelation: ratio(
      truePositives * trueNegatives - falsePositives * falseNegatives,
      Math.sqrt(positives * negatives) * Math.sqrt(answeredPositive * answeredNegative),
    ),
  };
}
