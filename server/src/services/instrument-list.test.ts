import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { updateMetricsTable } from "../../../scripts/metrics-table.ts";
import { prometheusName } from "../telemetry/prometheus-name.ts";
import { listInstruments } from "./instrument-list.ts";

describe("listInstruments()", () => {
  it("names each instrument once, for Prometheus too", () => {
    const names = listInstruments().map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    const others = listInstruments().map(prometheusName);
    expect(others).toEqual([...new Set(others)]);
  });

  it.each(listInstruments().map((instrument) => [instrument.name, instrument] as const))(
    "describes %s by the conventions",
    (name, { text, unit, attributes }) => {
      expect(name).toMatch(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/);
      expect(text).toMatch(/^[A-Z0-9].*\.$/);
      expect(unit).toMatch(/^(s|By|1|\{[a-z]+\}|)$/);
      for (const attribute of attributes) expect(attribute).toMatch(/^[a-z][a-z_.]*$/);
    },
  );

  it("keeps the names that pages have had from the start", () => {
    const names = new Set(listInstruments().map(prometheusName));
    const kept = [
      "presage_predicted_rows_total",
      "presage_feedback_rows_total",
      "presage_feedback_corrections_total",
      "presage_feedback_rewarded_rows_total",
      "presage_feedback_reward",
      "presage_feedback_reward_mean",
      "presage_feedback_reward_variance",
      "presage_feedback_delay_mean_seconds",
      "presage_feedback_delay_median_seconds",
      "presage_feedback_delay_p95_seconds",
      "presage_quality_samples",
      "presage_quality_coverage",
      "presage_quality_accuracy",
      "presage_quality_precision",
      "presage_quality_recall",
      "presage_quality_f1_score",
      "presage_quality_specificity",
      "presage_quality_matthews_correlation",
      "presage_quality_log_loss",
      "presage_quality_brier_score",
      "presage_quality_roc_auc",
      "presage_quality_true_positives",
      "presage_quality_false_positives",
      "presage_quality_false_negatives",
      "presage_quality_true_negatives",
      "presage_quality_mean_absolute_error",
      "presage_quality_root_mean_squared_error",
      "presage_quality_r_squared",
      "presage_quality_mean_absolute_percentage_error",
      "presage_quality_bias",
      "presage_drift_flagged",
      "presage_drift_rows",
      "presage_drift_reference_rows",
      "presage_drift_column_flagged",
      "presage_drift_psi",
      "presage_drift_ks",
      "presage_drift_chi_square",
      "presage_drift_p_value",
      "presage_drift_missing_ratio",
      "presage_drift_out_of_range_ratio",
      "presage_store_up",
    ];
    expect(kept.filter((name) => !names.has(name))).toEqual([]);
  });
});

describe("docs/metrics.md", () => {
  it("has the table of all instruments; if not, run `npm run generate:metrics`", () => {
    const page = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8");
    expect(page).toBe(updateMetricsTable(page));
  });
});
