import { MappingType, type Threshold } from "@grafana/schema";
import type { Row } from "../layout.ts";
import { figure } from "../panels.ts";
import { faultCodes, quantileOf, rateOf, versionsOf } from "../queries.ts";

const calls = "rpc_server_call_duration_seconds_count";

/** Green while there are none. */
const badIfAny: readonly Threshold[] = [
  { color: "green", value: null },
  { color: "red", value: 1 },
];

export const glanceRow: Row = {
  title: "At a glance",
  panels: [
    figure({
      title: "Calls",
      description: "Calls a second, of every method and protocol.",
      unit: "reqps",
      queries: [{ expr: rateOf(calls), legend: "calls" }],
      steps: [{ color: "blue", value: null }],
    }),
    figure({
      title: "Failed",
      description:
        "The share of calls that failed by a fault of the server's: UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE or DATA_LOSS.",
      unit: "percentunit",
      min: 0,
      queries: [
        {
          expr: `(${rateOf(calls, { where: `rpc_status_code=~"${faultCodes}"` })} or vector(0)) / ${rateOf(calls)}`,
          legend: "failed",
        },
      ],
      steps: [
        { color: "green", value: null },
        { color: "orange", value: 0.01 },
        { color: "red", value: 0.05 },
      ],
    }),
    figure({
      title: "p99",
      description: "One in a hundred predictions takes as long or longer.",
      unit: "s",
      queries: [
        {
          expr: quantileOf(0.99, "presage_prediction_duration_seconds", { where: 'phase="total"' }),
          legend: "p99",
        },
      ],
      steps: [
        { color: "green", value: null },
        { color: "orange", value: 0.1 },
        { color: "red", value: 0.5 },
      ],
    }),
    figure({
      title: "Ready",
      description: "Versions that answer calls on at least one server.",
      unit: "none",
      queries: [
        {
          expr: `count(${versionsOf("presage_model_state", { where: 'state="ready"' })} == 1) or vector(0)`,
          legend: "ready",
        },
      ],
      steps: [
        { color: "red", value: null },
        { color: "green", value: 1 },
      ],
    }),
    figure({
      title: "Unavailable",
      description: "Versions that could not be loaded by at least one server.",
      unit: "none",
      queries: [
        {
          expr: `count(${versionsOf("presage_model_state", { where: 'state="unavailable"' })} == 1) or vector(0)`,
          legend: "unavailable",
        },
      ],
      steps: badIfAny,
    }),
    figure({
      title: "Drifted",
      description: "Versions of which a feature or an answer has moved away from its reference.",
      unit: "none",
      queries: [
        {
          expr: `count(${versionsOf("presage_drift_flagged")} == 1) or vector(0)`,
          legend: "drifted",
        },
      ],
      steps: badIfAny,
    }),
    figure({
      title: "Feedback store",
      description: "Whether every server can read the store of feedback.",
      unit: "none",
      queries: [{ expr: "min(presage_store_up)", legend: "store" }],
      steps: [
        { color: "red", value: null },
        { color: "green", value: 1 },
      ],
      mappings: [
        { type: MappingType.ValueToText, options: { 0: { text: "down" }, 1: { text: "up" } } },
      ],
    }),
    figure({
      title: "Alerts",
      description: "Alerts of Presage that are firing: those of rules.yml.",
      unit: "none",
      queries: [
        {
          expr: 'count(ALERTS{alertname=~"Presage.+", alertstate="firing"}) or vector(0)',
          legend: "alerts",
        },
      ],
      steps: badIfAny,
    }),
  ],
};
