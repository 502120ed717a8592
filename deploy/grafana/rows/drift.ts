import { MappingType, type Threshold } from "@grafana/schema";
import type { Row } from "../layout.ts";
import { bars, lines, states } from "../panels.ts";
import { versionsOf } from "../queries.ts";

const columns = { by: ["feature", "output"] };
const name = "{{model}} {{version}} {{feature}}{{output}}";

/** As the index is usually read. */
const psiSteps: readonly Threshold[] = [
  { color: "green", value: null },
  { color: "orange", value: 0.1 },
  { color: "red", value: 0.2 },
];

export const driftRow: Row = {
  title: "Drift",
  panels: [
    lines({
      title: "Population stability index",
      description:
        "How far each feature and answer has moved from its reference; the ten that have most. Below 0.1 is no change, above 0.2 a great one.",
      unit: "none",
      min: 0,
      queries: [{ expr: `topk(10, ${versionsOf("presage_drift_psi", columns)})`, legend: name }],
    }),
    bars({
      title: "Most moved",
      description: "The features and answers that have moved most, now, by the same index.",
      unit: "none",
      min: 0,
      max: 1,
      queries: [{ expr: `topk(8, ${versionsOf("presage_drift_psi", columns)})`, legend: name }],
      steps: psiSteps,
    }),
    states({
      title: "Flagged",
      description:
        "When a version had a feature or an answer that has moved further than its manifest allows, and not by chance.",
      unit: "none",
      width: 8,
      queries: [{ expr: versionsOf("presage_drift_flagged"), legend: "{{model}} {{version}}" }],
      steps: [
        { color: "green", value: null },
        { color: "red", value: 1 },
      ],
      mappings: [
        {
          type: MappingType.ValueToText,
          options: { 0: { text: "as its reference" }, 1: { text: "moved" } },
        },
      ],
    }),
    lines({
      title: "Missing values",
      description: "The share of values that were missing; the ten features with most.",
      unit: "percentunit",
      min: 0,
      queries: [
        { expr: `topk(10, ${versionsOf("presage_drift_missing_ratio", columns)})`, legend: name },
      ],
    }),
    lines({
      title: "Values out of range",
      description:
        "The share of values outside of what the manifest allows; the ten features with most.",
      unit: "percentunit",
      min: 0,
      queries: [
        {
          expr: `topk(10, ${versionsOf("presage_drift_out_of_range_ratio", columns)})`,
          legend: name,
        },
      ],
    }),
    lines({
      title: "Rows compared",
      description: "Rows of the window that are compared with the reference, and of the reference.",
      unit: "none",
      min: 0,
      queries: [
        { expr: versionsOf("presage_drift_rows"), legend: "{{model}} {{version}} window" },
        {
          expr: versionsOf("presage_drift_reference_rows"),
          legend: "{{model}} {{version}} reference",
        },
      ],
    }),
  ],
};
