import type { VersionDrift } from "../predict/feedback-plane.ts";
import type { ColumnDrift } from "../quality/drift/column-drift.ts";
import type { ExposedMetric } from "./exposed-quality.ts";

/** Of each version, by its drift report. */
export const driftMetrics: readonly ExposedMetric<VersionDrift>[] = [
  {
    name: "presage_drift_flagged",
    help: "1 if any feature or answer of the version has moved more than its manifest allows.",
    read: ({ report }) => Number(report.drifted),
  },
  {
    name: "presage_drift_rows",
    help: "The rows of the window that are compared with the reference.",
    read: ({ report }) => report.rows,
  },
  {
    name: "presage_drift_reference_rows",
    help: "The rows of the reference; 0 while there is none.",
    read: ({ report }) => report.referenceRows,
  },
];

/** Of each feature and answer of a version. */
export const columnMetrics: readonly ExposedMetric<ColumnDrift>[] = [
  {
    name: "presage_drift_column_flagged",
    help: "1 if the feature or answer has moved more than the version's manifest allows.",
    read: ({ drifted }) => Number(drifted),
  },
  {
    name: "presage_drift_psi",
    help: "The population stability index.",
    read: ({ psi }) => psi,
  },
  {
    name: "presage_drift_ks",
    help: "The Kolmogorov-Smirnov statistic, of numbers.",
    read: ({ ks }) => ks,
  },
  {
    name: "presage_drift_chi_square",
    help: "The chi-square statistic, of categories.",
    read: ({ chiSquare }) => chiSquare,
  },
  {
    name: "presage_drift_p_value",
    help: "The chance of as great a difference if nothing had changed.",
    read: ({ pValue }) => pValue,
  },
  {
    name: "presage_drift_missing_ratio",
    help: "The share of values that were missing.",
    read: ({ missing }) => missing,
  },
  {
    name: "presage_drift_out_of_range_ratio",
    help: "The share of values outside of what the manifest allows.",
    read: ({ outOfRange }) => outOfRange,
  },
];
