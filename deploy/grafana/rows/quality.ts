import type { Row } from "../layout.ts";
import { lines, type PanelParts, type SizedPanel } from "../panels.ts";
import { chosen, type Query, versionsOf } from "../queries.ts";

/** A gauge of each version. */
function ofVersions(metric: string, what = ""): Query {
  return { expr: versionsOf(metric), legend: `{{model}} {{version}} ${what}`.trim() };
}

/** A counter of each version, by the second. Servers of one store count the same rows. */
function rateOfVersions(metric: string, what: string): Query {
  return {
    expr: `max by (model, version) (rate(${metric}{${chosen}}[$__rate_interval]))`,
    legend: `{{model}} {{version}} ${what}`,
  };
}

/** A share of right answers, or such a thing, between 0 and 1. */
function score(parts: Pick<PanelParts, "title" | "description" | "queries">): SizedPanel {
  return lines({ ...parts, unit: "percentunit", max: 1, width: 6 });
}

/** A loss or an error: the smaller, the better. */
function loss(parts: Pick<PanelParts, "title" | "description" | "queries">): SizedPanel {
  return lines({ ...parts, unit: "none", width: 6 });
}

export const qualityRow: Row = {
  title: "Quality",
  panels: [
    score({
      title: "Accuracy",
      description: "The share of right answers, by all truth that was ever reported.",
      queries: [ofVersions("presage_quality_accuracy")],
    }),
    score({
      title: "Accuracy of the last hour",
      description:
        "The share of right answers among the truths of the last hour, where there were 30 at least (recorded by rules.yml), and the limit below which PresageQualityLow fires.",
      queries: [
        ofVersions("version:presage_quality_accuracy:ratio1h"),
        {
          expr: 'max by (model) (model:presage_accuracy_limit:ratio{model=~"$model"})',
          legend: "{{model}} limit",
        },
      ],
    }),
    score({
      title: "Precision",
      description:
        "Of what was answered positive, the share that was; the mean over several classes.",
      queries: [ofVersions("presage_quality_precision")],
    }),
    score({
      title: "Recall",
      description: "Of what was positive, the share that was found; the mean over several classes.",
      queries: [ofVersions("presage_quality_recall")],
    }),
    score({
      title: "F1",
      description: "The harmonic mean of precision and recall; the mean over several classes.",
      queries: [ofVersions("presage_quality_f1_score")],
    }),
    score({
      title: "ROC AUC and Matthews' correlation",
      description:
        "The chance that a positive row scores above a negative one (binary models), and the correlation of answers and truth, -1 to 1.",
      queries: [
        ofVersions("presage_quality_roc_auc", "AUC"),
        ofVersions("presage_quality_matthews_correlation", "MCC"),
      ],
    }),
    loss({
      title: "Log loss and Brier score",
      description: "How far the probabilities are from the truth.",
      queries: [
        ofVersions("presage_quality_log_loss", "log loss"),
        ofVersions("presage_quality_brier_score", "Brier"),
      ],
    }),
    loss({
      title: "Absolute and squared error",
      description:
        "Of models that answer numbers, in their own unit: the mean error, its root mean square, and the mean of the last hour.",
      queries: [
        ofVersions("presage_quality_mean_absolute_error", "MAE"),
        ofVersions("presage_quality_root_mean_squared_error", "RMSE"),
        ofVersions("version:presage_quality_absolute_error:mean1h", "MAE of the last hour"),
      ],
    }),
    score({
      title: "R² and relative error",
      description:
        "The share of the truth's variance that the answers explain, and the mean error as a share of the truth.",
      queries: [
        ofVersions("presage_quality_r_squared", "R²"),
        ofVersions("presage_quality_mean_absolute_percentage_error", "MAPE"),
      ],
    }),
    loss({
      title: "Bias",
      description: "How much too high (or, below 0, too low) numbers are answered, on average.",
      queries: [ofVersions("presage_quality_bias")],
    }),
    score({
      title: "Coverage",
      description: "The share of the predicted rows whose truth is known.",
      queries: [ofVersions("presage_quality_coverage")],
    }),
    lines({
      title: "Feedback",
      description: "Rows a second that were predicted, and of which a truth or a reward came.",
      unit: "rowsps",
      min: 0,
      width: 6,
      queries: [
        rateOfVersions("presage_predicted_rows_total", "predicted"),
        rateOfVersions("presage_feedback_rows_total", "reported"),
      ],
    }),
    lines({
      title: "Time until the truth",
      description: "How long after its prediction a truth comes: the half, and 95 of 100.",
      unit: "s",
      min: 0,
      width: 12,
      queries: [
        ofVersions("presage_feedback_delay_median_seconds", "p50"),
        ofVersions("presage_feedback_delay_p95_seconds", "p95"),
      ],
    }),
    lines({
      title: "Reward",
      description: "The mean of the rewards that were reported.",
      unit: "none",
      width: 12,
      queries: [ofVersions("presage_feedback_reward_mean")],
    }),
  ],
};
