import { type Duration, durationMs, type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type {
  MetricsResponse,
  AverageMetrics as ProtoAverage,
  ClassMetrics as ProtoClass,
  ConfusionCounts as ProtoConfusion,
  LabelDelay as ProtoDelay,
  MulticlassMetrics as ProtoMulticlass,
  QualityMetrics as ProtoQuality,
  RegressionMetrics as ProtoRegression,
  RewardMetrics as ProtoReward,
} from "@presage/gen/presage/v1/metrics_pb";
import { type DriftMetrics, decodeDrift } from "./drift.ts";
import { PresageError } from "./errors.ts";
import { decodeTask } from "./models.ts";
import type {
  AverageMetrics,
  ClassMetrics,
  ConfusionCounts,
  LabelDelay,
  MulticlassMetrics,
  QualityMetrics,
  RegressionMetrics,
  RewardMetrics,
} from "./quality.ts";
import { decodeValue } from "./rows.ts";

/** How good a model is. */
export interface ModelMetrics {
  /** The model. */
  readonly model: string;
  /** When this was so. */
  readonly time: Date;
  /**
   * One for each group, by version, alias and policy. Every loaded version that
   * was asked for has one, with or without feedback.
   */
  readonly metrics: readonly QualityMetrics[];
  /**
   * How far what comes in and goes out has moved: one for each loaded version
   * that was asked for.
   */
  readonly drift: readonly DriftMetrics[];
}

/** Reads metrics as plain objects. Throws `internal` if the answer is not whole. */
export function decodeMetrics({ model, time, metrics, drift }: MetricsResponse): ModelMetrics {
  return {
    model,
    time: dateOf(time),
    metrics: metrics.map(decodeQuality),
    drift: drift.map(decodeDrift),
  };
}

function decodeQuality(quality: ProtoQuality): QualityMetrics {
  const { confusion, multiclass, regression, reward, labelDelay } = quality;
  return {
    version: quality.version,
    alias: quality.alias,
    policy: quality.policy,
    task: decodeTask(quality.task),
    samples: countOf(quality.samples),
    predictions: countOf(quality.predictions),
    coverage: quality.coverage,
    accuracy: quality.accuracy,
    precision: quality.precision,
    recall: quality.recall,
    f1Score: quality.f1Score,
    specificity: quality.specificity,
    matthewsCorrelation: quality.matthewsCorrelation,
    logLoss: quality.logLoss,
    brierScore: quality.brierScore,
    rocAuc: quality.rocAuc,
    confusion: confusion && decodeConfusion(confusion),
    multiclass: multiclass && decodeMulticlass(multiclass),
    regression: regression && decodeRegression(regression),
    reward: reward && decodeReward(reward),
    labelDelay: labelDelay && decodeDelay(labelDelay),
    history: quality.history.map(({ start, metrics }) => ({
      start: dateOf(start),
      metrics: decodeQuality(metrics ?? incomplete("a step without metrics")),
    })),
  };
}

function decodeConfusion(confusion: ProtoConfusion): ConfusionCounts {
  return {
    positiveClass: confusion.positiveClass,
    truePositives: Number(confusion.truePositives ?? 0),
    falsePositives: Number(confusion.falsePositives ?? 0),
    falseNegatives: Number(confusion.falseNegatives ?? 0),
    trueNegatives: Number(confusion.trueNegatives ?? 0),
  };
}

function decodeMulticlass({ classes, macro, micro, weighted }: ProtoMulticlass): MulticlassMetrics {
  return {
    classes: classes.map(decodeClass),
    macro: decodeAverage(macro),
    micro: decodeAverage(micro),
    weighted: decodeAverage(weighted),
  };
}

function decodeClass(metrics: ProtoClass): ClassMetrics {
  const { value, label, support, answered } = metrics;
  return {
    value: value === undefined ? null : decodeValue(value),
    label,
    ...decodeAverage(metrics),
    support: Number(support ?? 0),
    answered: answered.map(Number),
  };
}

function decodeAverage(
  average: Pick<ProtoAverage, "precision" | "recall" | "f1Score"> | undefined,
): AverageMetrics {
  const { precision = 0, recall = 0, f1Score = 0 } = average ?? {};
  return { precision, recall, f1Score };
}

function decodeRegression(regression: ProtoRegression): RegressionMetrics {
  return {
    meanAbsoluteError: regression.meanAbsoluteError ?? 0,
    rootMeanSquaredError: regression.rootMeanSquaredError ?? 0,
    rSquared: regression.rSquared ?? 0,
    meanAbsolutePercentageError: regression.meanAbsolutePercentageError ?? 0,
    bias: regression.bias ?? 0,
  };
}

function decodeReward({ count, sum = 0, mean = 0, variance = 0 }: ProtoReward): RewardMetrics {
  return { count: Number(count ?? 0), sum, mean, variance };
}

function decodeDelay({ mean, median, p95 }: ProtoDelay): LabelDelay {
  return { meanMs: msOf(mean), medianMs: msOf(median), p95Ms: msOf(p95) };
}

function countOf(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

function msOf(duration: Duration | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
}

function dateOf(time: Timestamp | undefined): Date {
  return timestampDate(time ?? incomplete("no time"));
}

function incomplete(what: string): never {
  throw new PresageError("internal", `the metrics of the answer have ${what}`);
}
