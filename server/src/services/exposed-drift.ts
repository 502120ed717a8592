import type { VersionDrift } from "../predict/feedback-plane.ts";
import type { ColumnDrift } from "../quality/drift/column-drift.ts";
import type { ExposedMetric } from "./exposed-quality.ts";

/** Of each version, by its drift report. */
export const driftMetrics: readonly ExposedMetric<VersionDrift>[] = [
  {
    name: "presage.drift.flagged",
    text: "1 if any feature or answer of the version has moved more than its manifest allows.",
    read: ({ report }) => Number(report.drifted),
  },
  {
    name: "presage.drift.rows",
    unit: "{row}",
    text: "The rows of the window that are compared with the reference.",
    read: ({ report }) => report.rows,
  },
  {
    name: "presage.drift.reference_rows",
    unit: "{row}",
    text: "The rows of the reference; 0 while there is none.",
    read: ({ report }) => report.referenceRows,
  },
];

/** Of each feature and answer of a version. */
export const columnMetrics: readonly ExposedMetric<ColumnDrift>[] = [
  {
    name: "presage.drift.column.flagged",
    text: "1 if the feature or answer has moved more than the version's manifest allows.",
    read: ({ drifted }) => Number(drifted),
  },
  {
    name: "presage.drift.psi",
    text: "The population stability index.",
    read: ({ psi }) => psi,
  },
  {
    name: "presage.drift.ks",
    text: "The Kolmogorov-Smirnov statistic, of numbers.",
    read: ({ ks }) => ks,
  },
  {
    name: "presage.drift.chi_square",
    text: "The chi-square statistic, of categories.",
    read: ({ chiSquare }) => chiSquare,
  },
  {
    name: "presage.drift.p_value",
    text: "The chance of as great a difference if nothing had changed.",
    read: ({ pValue }) => pValue,
  },
  {
    name: "presage.drift.missing",
    unit: "1",
    text: "The share of values that were missing.",
    read: ({ missing }) => missing,
  },
  {
    name: "presage.drift.out_of_range",
    unit: "1",
    text: "The share of values outside of what the manifest allows.",
    read: ({ outOfRange }) => outOfRange,
  },
];
