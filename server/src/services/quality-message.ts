import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Task } from "@presage/gen/presage/v1/manifest_pb";
import { type QualityMetrics, QualityMetricsSchema } from "@presage/gen/presage/v1/metrics_pb";
import { valueToProto } from "../codecs/value.ts";
import type { ScoredClass, Scoring } from "../core/scoring.ts";
import type { AnswerMetrics } from "../quality/metric-index.ts";
import type { GroupName, QualityGroup } from "../quality/quality-query.ts";
import type { Quality } from "../quality/tally.ts";

type QualityParts = Exclude<MessageInitShape<typeof QualityMetricsSchema>, QualityMetrics>;

/** Writes how good one group is. */
export function writeQuality(group: QualityGroup): QualityMetrics {
  const { scoring, predictions, coverage } = group;
  return create(QualityMetricsSchema, {
    ...writeCounts(group, group.quality, scoring),
    ...(predictions === undefined ? {} : { predictions: BigInt(predictions) }),
    ...(coverage === undefined ? {} : { coverage }),
    history: group.history.map(({ start, quality }) => ({
      start: timestampFromMs(start),
      metrics: writeCounts(group, quality, scoring),
    })),
  });
}

function writeCounts(name: GroupName, quality: Quality, scoring: Scoring): QualityParts {
  const { samples, reward, labelDelay } = quality;
  return {
    version: name.version,
    alias: name.alias,
    policy: name.policy,
    task: writeTask(scoring),
    samples: BigInt(samples),
    reward: { ...reward, count: BigInt(reward.count) },
    labelDelay: {
      // The library counts no part of a millisecond.
      mean: durationFromMs(Math.round(labelDelay.meanMs)),
      median: durationFromMs(Math.round(labelDelay.medianMs)),
      p95: durationFromMs(Math.round(labelDelay.p95Ms)),
    },
    ...writeAnswers(quality.answers, scoring),
  };
}

function writeTask({ kind }: Scoring): Task {
  switch (kind) {
    case "binary":
      return Task.BINARY;
    case "multiclass":
      return Task.MULTICLASS;
    case "regression":
      return Task.REGRESSION;
    case "other":
      return Task.OTHER;
  }
}

function writeAnswers(metrics: AnswerMetrics, scoring: Scoring): QualityParts {
  switch (metrics.kind) {
    case "binary": {
      const { confusion, loss, rocAuc } = metrics;
      const { accuracy, precision, recall, f1Score, specificity, matthewsCorrelation } = confusion;
      return {
        accuracy,
        precision,
        recall,
        f1Score,
        specificity,
        matthewsCorrelation,
        ...loss,
        ...(rocAuc === undefined ? {} : { rocAuc }),
        confusion: {
          positiveClass: scoring.kind === "binary" ? nameOf(scoring.classes[scoring.positive]) : "",
          truePositives: BigInt(confusion.truePositives),
          falsePositives: BigInt(confusion.falsePositives),
          falseNegatives: BigInt(confusion.falseNegatives),
          trueNegatives: BigInt(confusion.trueNegatives),
        },
      };
    }
    case "multiclass": {
      const { classTable, loss } = metrics;
      const { accuracy, matthewsCorrelation, macro, micro, weighted } = classTable;
      const classes = scoring.kind === "multiclass" ? scoring.classes : [];
      return {
        accuracy,
        matthewsCorrelation,
        ...macro,
        ...loss,
        multiclass: {
          macro,
          micro,
          weighted,
          classes: classTable.classes.map((each, index) => ({
            value: valueToProto(classes[index]?.value ?? null),
            label: classes[index]?.label ?? "",
            precision: each.precision,
            recall: each.recall,
            f1Score: each.f1Score,
            support: BigInt(each.support),
            answered: each.answered.map(BigInt),
          })),
        },
      };
    }
    case "regression":
      return { regression: metrics.errors };
    case "other":
      return {};
  }
}

function nameOf(scored: ScoredClass | undefined): string {
  return scored === undefined || scored.label === "" ? String(scored?.value ?? "") : scored.label;
}
