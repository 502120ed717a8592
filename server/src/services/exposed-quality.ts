import type { QualityGroup } from "../quality/quality-query.ts";

/** A number of a report that is a metric as well. */
export interface ExposedMetric<Source> {
  /** As OpenTelemetry writes names. */
  readonly name: string;
  /** @default none */
  readonly unit?: string;
  readonly text: string;
  /** @default "gauge" */
  readonly kind?: "counter";
  /** The value; undefined where the source has none. */
  readonly read: (source: Source) => number | undefined;
}

/** Of each version, by all feedback: what belongs to its task is there from the start. */
export const qualityMetrics: readonly ExposedMetric<QualityGroup>[] = [
  {
    name: "presage.predicted.rows",
    unit: "{row}",
    text: "Rows that were predicted.",
    kind: "counter",
    read: ({ predictions }) => predictions,
  },
  {
    name: "presage.feedback.rows",
    unit: "{row}",
    text: "Rows of which a truth or a reward was reported.",
    kind: "counter",
    read: ({ quality }) => quality.rows,
  },
  {
    name: "presage.feedback.corrections",
    unit: "{report}",
    text: "Reports that replaced or completed an earlier one of the same row.",
    kind: "counter",
    read: ({ quality }) => quality.corrections,
  },
  {
    name: "presage.feedback.rewarded_rows",
    unit: "{row}",
    text: "Rows of which a reward was reported.",
    kind: "counter",
    read: ({ quality }) => quality.reward.count,
  },
  {
    name: "presage.feedback.reward",
    text: "The sum of all rewards.",
    read: ({ quality }) => quality.reward.sum,
  },
  {
    name: "presage.feedback.reward.mean",
    text: "The mean of all rewards.",
    read: ({ quality }) => quality.reward.mean,
  },
  {
    name: "presage.feedback.reward.variance",
    text: "The variance of all rewards, over their number less 1.",
    read: ({ quality }) => quality.reward.variance,
  },
  {
    name: "presage.feedback.delay.mean",
    unit: "s",
    text: "The mean time from a prediction to its truth.",
    read: ({ quality }) => quality.labelDelay.meanMs / 1000,
  },
  {
    name: "presage.feedback.delay.median",
    unit: "s",
    text: "The median time from a prediction to its truth, within 5 %.",
    read: ({ quality }) => quality.labelDelay.medianMs / 1000,
  },
  {
    name: "presage.feedback.delay.p95",
    unit: "s",
    text: "The 95th percentile of the time from a prediction to its truth, within 5 %.",
    read: ({ quality }) => quality.labelDelay.p95Ms / 1000,
  },
  {
    name: "presage.quality.samples",
    unit: "{row}",
    text: "Rows whose truth is known.",
    read: ({ quality }) => quality.samples,
  },
  {
    name: "presage.quality.coverage",
    text: "The share of predicted rows whose truth is known.",
    read: ({ coverage }) => coverage,
  },
  {
    name: "presage.quality.accuracy",
    text: "Right answers over all.",
    read: ({ quality }) => classesOf(quality)?.accuracy,
  },
  {
    name: "presage.quality.precision",
    text: "TP / (TP + FP); the mean over the classes where there are more than two.",
    read: ({ quality }) => averagesOf(quality)?.precision,
  },
  {
    name: "presage.quality.recall",
    text: "TP / (TP + FN); the mean over the classes where there are more than two.",
    read: ({ quality }) => averagesOf(quality)?.recall,
  },
  {
    name: "presage.quality.f1_score",
    text: "2 P R / (P + R); the mean over the classes where there are more than two.",
    read: ({ quality }) => averagesOf(quality)?.f1Score,
  },
  {
    name: "presage.quality.specificity",
    text: "TN / (TN + FP).",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.specificity : undefined,
  },
  {
    name: "presage.quality.matthews_correlation",
    text: "Matthews' correlation coefficient, -1 to 1.",
    read: ({ quality }) => classesOf(quality)?.matthewsCorrelation,
  },
  {
    name: "presage.quality.log_loss",
    text: "The mean of -ln(p of the true class).",
    read: ({ quality }) => lossOf(quality)?.logLoss,
  },
  {
    name: "presage.quality.brier_score",
    text: "The mean squared distance of probabilities from the truth.",
    read: ({ quality }) => lossOf(quality)?.brierScore,
  },
  {
    name: "presage.quality.roc_auc",
    text: "The chance that a positive row scores above a negative one.",
    read: ({ quality: { answers } }) => (answers.kind === "binary" ? answers.rocAuc : undefined),
  },
  {
    name: "presage.quality.true_positives",
    unit: "{row}",
    text: "Positive rows that were answered so.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.truePositives : undefined,
  },
  {
    name: "presage.quality.false_positives",
    unit: "{row}",
    text: "Negative rows that were answered positive.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.falsePositives : undefined,
  },
  {
    name: "presage.quality.false_negatives",
    unit: "{row}",
    text: "Positive rows that were answered negative.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.falseNegatives : undefined,
  },
  {
    name: "presage.quality.true_negatives",
    unit: "{row}",
    text: "Negative rows that were answered so.",
    read: ({ quality: { answers } }) =>
      answers.kind === "binary" ? answers.confusion.trueNegatives : undefined,
  },
  {
    name: "presage.quality.mean_absolute_error",
    text: "The mean of |answer - truth|.",
    read: ({ quality }) => errorsOf(quality)?.meanAbsoluteError,
  },
  {
    name: "presage.quality.root_mean_squared_error",
    text: "The root of the mean of (answer - truth)^2.",
    read: ({ quality }) => errorsOf(quality)?.rootMeanSquaredError,
  },
  {
    name: "presage.quality.r_squared",
    text: "The share of the truth's variance that the answers explain.",
    read: ({ quality }) => errorsOf(quality)?.rSquared,
  },
  {
    name: "presage.quality.mean_absolute_percentage_error",
    text: "The mean of |answer - truth| / |truth|, as a fraction.",
    read: ({ quality }) => errorsOf(quality)?.meanAbsolutePercentageError,
  },
  {
    name: "presage.quality.bias",
    text: "The mean of answer - truth.",
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
