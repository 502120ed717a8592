import type { QualityGroup } from "../quality/quality-query.ts";

/** A metric that Prometheus can scrape. */
export interface ExposedMetric<Source> {
  readonly name: string;
  readonly help: string;
  /** @default "gauge" */
  readonly type?: "counter";
  /** The value; undefined where the source has none. */
  readonly read: (source: Source) => number | undefined;
}

/** Of each version, by all feedback: what belongs to its task is there from the start. */
export const qualityMetrics: readonly ExposedMetric<QualityGroup>[] = [
  {
    name: "presage_predicted_rows_total",
    help: "Rows that were predicted.",
    type: "counter",
    read: ({ predictions }) => predictions,
  },
  {
    name: "presage_feedback_rows_total",
    help: "Rows of which a truth or a reward was reported.",
    type: "counter",
    read: ({ quality }) => quality.rows,
  },
  {
    name: "presage_feedback_corrections_total",
    help: "Reports that replaced or completed an earlier one of the same row.",
    type: "counter",
    read: ({ quality }) => quality.corrections,
  },
  {
    name: "presage_feedback_rewarded_rows_total",
    help: "Rows of which a reward was reported.",
    type: "counter",
    read: ({ quality }) => quality.reward.count,
  },
  {
    name: "presage_feedback_reward",
    help: "The sum of all rewards.",
    read: ({ quality }) => quality.reward.sum,
  },
  {
    name: "presage_feedback_reward_mean",
    help: "The mean of all rewards.",
    read: ({ quality }) => quality.reward.mean,
  },
  {
    name: "presage_feedback_reward_variance",
    help: "The variance of all rewards, over their number less 1.",
    read: ({ quality }) => quality.reward.variance,
  },
  {
    name: "presage_feedback_delay_mean_seconds",
    help: "The mean time from a prediction to its truth.",
    read: ({ quality }) => quality.labelDelay.meanMs / 1000,
  },
  {
    name: "presage_feedback_delay_median_seconds",
    help: "The median time from a prediction to its truth, within 5 %.",
    read: ({ quality }) => quality.labelDelay.medianMs / 1000,
  },
  {
    name: "presage_feedback_delay_p95_seconds",
    help: "The 95th percentile of the time from a prediction to its truth, within 5 %.",
    read: ({ quality }) => quality.labelDelay.p95Ms / 1000,
  },
  {
    name: "presage_quality_samples",
    help: "Rows whose truth is known.",
    read: ({ quality }) => quality.samples,
  },
  {
    name: "presage_quality_coverage",
    help: "The share of predicted rows whose truth is known.",
    read: ({ coverage }) => coverage,
  },
  {
    name: "presage_quality_accuracy",
    help: "Right answers over all.",
    read: ({ quality }) => classesOf(quality)?.accuracy,
  },
  {
    name: "presage_quality_precision",
    help: "TP / (TP + FP); the mean over the classes where there are more than two.",
    read: ({ quality }) => averagesOf(quality)?.precision,
  },
  {
    name: "presage_quality_recall",
    help: "TP / (TP + FN); the mean over the classes where there are more than two.",
    read: ({ quality }) => averagesOf(quality)?.recall,
  },
  {
    name: "presage_quality_f1_score",
    help: "2 P R / (P + R); the mean over the classes where there are more than two.",
    read: ({ quality }) => averagesOf(quality)?.f1Score,
  },
  {
    name: "presage_quality_specificity",
    help: "TN / (TN + FP).",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.specificity : undefined,
  },
  {
    name: "presage_quality_matthews_correlation",
    help: "Matthews' correlation coefficient, -1 to 1.",
    read: ({ quality }) => classesOf(quality)?.matthewsCorrelation,
  },
  {
    name: "presage_quality_log_loss",
    help: "The mean of -ln(p of the true class).",
    read: ({ quality }) => lossOf(quality)?.logLoss,
  },
  {
    name: "presage_quality_brier_score",
    help: "The mean squared distance of probabilities from the truth.",
    read: ({ quality }) => lossOf(quality)?.brierScore,
  },
  {
    name: "presage_quality_roc_auc",
    help: "The chance that a positive row scores above a negative one.",
    read: ({ quality: { answers } }) => (answers.kind === "binary" ? answers.rocAuc : undefined),
  },
  {
    name: "presage_quality_true_positives",
    help: "Positive rows that were answered so.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.truePositives : undefined,
  },
  {
    name: "presage_quality_false_positives",
    help: "Negative rows that were answered positive.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.falsePositives : undefined,
  },
  {
    name: "presage_quality_false_negatives",
    help: "Positive rows that were answered negative.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.falseNegatives : undefined,
  },
  {
    name: "presage_quality_true_negatives",
    help: "Negative rows that were answered so.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.trueNegatives : undefined,
  },
  {
    name: "presage_quality_mean_absolute_error",
    help: "The mean of |answer - truth|.",
    read: ({ quality }) => errorsOf(quality)?.meanAbsoluteError,
  },
  {
    name: "presage_quality_root_mean_squared_error",
    help: "The root of the mean of (answer - truth)^2.",
    read: ({ quality }) => errorsOf(quality)?.rootMeanSquaredError,
  },
  {
    name: "presage_quality_r_squared",
    help: "The share of the truth's variance that the answers explain.",
    read: ({ quality }) => errorsOf(quality)?.rSquared,
  },
  {
    name: "presage_quality_mean_absolute_percentage_error",
    help: "The mean of |answer - truth| / |truth|, as a fraction.",
    read: ({ quality }) => errorsOf(quality)?.meanAbsolutePercentageError,
  },
  {
    name: "presage_quality_bias",
    help: "The mean of answer - truth.",
    read: ({ quality }) => errorsOf(quality)?.bias,
  },
];

type Quality = QualityGroup["quality"];

function classesOf({
  answers,
}: Quality): { readonly accuracy: number; readonly matthewsCorrelation: number } | undefined {
  if (answers.kind === "binary") return answers.confusion;
  return answers.kind === "multiclass" ? answers.classTable : undefined;
}

function averagesOf({
  answers,
}: Quality):
  | { readonly precision: number; readonly recall: number; readonly f1Score: number }
  | undefined {
  if (answers.kind === "binary") return answers.confusion;
  return answers.kind === "multiclass" ? answers.classTable.macro : undefined;
}

function lossOf({
  answers,
}: Quality): { readonly logLoss: number; readonly brierScore: number } | undefined {
  return answers.kind === "binary" || answers.kind === "multiclass" ? answers.loss : undefined;
}

function errorsOf({
  answers,
}: Quality): Extract<Quality["answers"], { kind: "regression" }>["errors"] | undefined {
  return answers.kind === "regression" ? answers.errors : undefined;
}
