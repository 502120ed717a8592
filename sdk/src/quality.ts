import type { ModelTask } from "./models.ts";
import type { AnswerValue } from "./rows.ts";

/**
 * How good the answers of one group are. The metrics that belong to its task
 * are always there, and 0 while they cannot be computed; the others are undefined.
 */
export interface QualityMetrics {
  /** The version; empty if versions are not told apart. */
  readonly version: string;
  /** The alias; empty if aliases are not told apart, or the calls had none. */
  readonly alias: string;
  /** The policy; empty if policies are not told apart. */
  readonly policy: string;
  /** What the answers are scored as; `other` is by rewards only. */
  readonly task: ModelTask;
  /** The rows whose truth is known. */
  readonly samples: number | undefined;
  /** The rows that were predicted; undefined with a window of rows. */
  readonly predictions: number | undefined;
  /** The share of predicted rows whose truth is known, 0 to 1; undefined with a window of rows. */
  readonly coverage: number | undefined;
  /** Right answers over all. Binary and multiclass. */
  readonly accuracy: number | undefined;
  /** TP / (TP + FP). Binary; the mean over the classes where there are more. */
  readonly precision: number | undefined;
  /** TP / (TP + FN). Binary; the mean over the classes where there are more. */
  readonly recall: number | undefined;
  /** 2 P R / (P + R). Binary; the mean over the classes where there are more. */
  readonly f1Score: number | undefined;
  /** TN / (TN + FP). Binary. */
  readonly specificity: number | undefined;
  /** Matthews' correlation coefficient, -1 to 1. Binary and multiclass. */
  readonly matthewsCorrelation: number | undefined;
  /** The mean of -ln(p of the true class). Where the model answers probabilities. */
  readonly logLoss: number | undefined;
  /** The mean of (p - truth)², summed over the classes where there are more. Where the model answers probabilities. */
  readonly brierScore: number | undefined;
  /** The chance that a positive row scores above a negative one. Binary, where the model answers a score. */
  readonly rocAuc: number | undefined;
  /** The counts behind a binary task's metrics. */
  readonly confusion: ConfusionCounts | undefined;
  /** What more there is of a multiclass task. */
  readonly multiclass: MulticlassMetrics | undefined;
  /** What there is of a regression. */
  readonly regression: RegressionMetrics | undefined;
  /** What the rows' answers were worth. */
  readonly reward: RewardMetrics | undefined;
  /** How long truth takes to come. */
  readonly labelDelay: LabelDelay | undefined;
  /** The steps of time that were asked for, the earliest first; else empty. */
  readonly history: readonly MetricsStep[];
}

/** The rows of a binary task, counted by truth and answer. */
export interface ConfusionCounts {
  /** The class that counts as positive. */
  readonly positiveClass: string;
  /** Positive rows that were answered so. */
  readonly truePositives: number;
  /** Negative rows that were answered positive. */
  readonly falsePositives: number;
  /** Positive rows that were answered negative. */
  readonly falseNegatives: number;
  /** Negative rows that were answered so. */
  readonly trueNegatives: number;
}

/** What there is of a multiclass task beside the means. */
export interface MulticlassMetrics {
  /** One for each class, in the manifest's order. */
  readonly classes: readonly ClassMetrics[];
  /** Means in which every class counts the same. */
  readonly macro: AverageMetrics;
  /** Computed from the sums of all classes' counts. */
  readonly micro: AverageMetrics;
  /** Means in which a class counts by its rows. */
  readonly weighted: AverageMetrics;
}

/** How well one class is told from the others. */
export interface ClassMetrics extends AverageMetrics {
  /** The value that the model answers. */
  readonly value: AnswerValue;
  /** Its label; may be empty. */
  readonly label: string;
  /** The rows of this class. */
  readonly support: number;
  /**
   * This class's rows by what was answered, in the classes' order; a last one
   * counts answers that are none of the classes.
   */
  readonly answered: readonly number[];
}

/** What is told of one class, or of several summed up. */
export interface AverageMetrics {
  /** Rows answered so rightly, over rows answered so. */
  readonly precision: number;
  /** Rows answered so rightly, over rows of the class. */
  readonly recall: number;
  /** 2 P R / (P + R), for each class before a mean is taken. */
  readonly f1Score: number;
}

/** How far answers are from the truth. */
export interface RegressionMetrics {
  /** The mean of |answer - truth|. */
  readonly meanAbsoluteError: number;
  /** The root of the mean of (answer - truth)². */
  readonly rootMeanSquaredError: number;
  /** 1 - Σ(answer - truth)² / Σ(truth - its mean)²; 0 while the truth does not vary. */
  readonly rSquared: number;
  /** The mean of |answer - truth| / |truth|, as a fraction. */
  readonly meanAbsolutePercentageError: number;
  /** The mean of answer - truth. */
  readonly bias: number;
}

/** The rewards of rows, summed up. */
export interface RewardMetrics {
  /** The rows that have a reward. */
  readonly count: number;
  /** Their rewards' sum. */
  readonly sum: number;
  /** Their rewards' mean. */
  readonly mean: number;
  /** Their rewards' variance, over count - 1. */
  readonly variance: number;
}

/** The time from a prediction to its truth. */
export interface LabelDelay {
  /** The mean, in milliseconds. */
  readonly meanMs: number;
  /** The median, in milliseconds, within 5 %. */
  readonly medianMs: number;
  /** The 95th percentile, in milliseconds, within 5 %. */
  readonly p95Ms: number;
}

/** The metrics of one step of time. */
export interface MetricsStep {
  /** When the step begins. */
  readonly start: Date;
  /** The metrics of the rows reported in it. */
  readonly metrics: QualityMetrics;
}
