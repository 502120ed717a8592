import type { Row } from "../layout.ts";
import { heatmap, lines } from "../panels.ts";
import { chosen, meanOf, quantileOf } from "../queries.ts";

const prediction = "presage_prediction_duration_seconds";
const total = 'phase="total"';

export const latencyRow: Row = {
  title: "Latency",
  panels: [
    lines({
      title: "Predictions",
      description:
        "How long predictions took, from their start to their answer: the half, 95 and 99 of 100 that were fastest. Points are exemplars, each the trace of one call.",
      unit: "s",
      min: 0,
      exemplars: true,
      queries: [
        { expr: quantileOf(0.5, prediction, { where: total }), legend: "p50" },
        { expr: quantileOf(0.95, prediction, { where: total }), legend: "p95" },
        { expr: quantileOf(0.99, prediction, { where: total }), legend: "p99" },
      ],
    }),
    heatmap({
      title: "Predictions, all of them",
      description: "How many predictions took how long: the darker, the more.",
      unit: "s",
      queries: [
        {
          expr: `sum by (le) (increase(${prediction}_bucket{${total}, ${chosen}}[$__rate_interval]))`,
          legend: "{{le}}",
        },
      ],
    }),
    lines({
      title: "p99 by model",
      description: "The time that 99 of 100 predictions of a version do not pass.",
      unit: "s",
      min: 0,
      queries: [
        {
          expr: quantileOf(0.99, prediction, { by: ["model", "version"], where: total }),
          legend: "{{model}} {{version}}",
        },
      ],
    }),
    ...[0.5, 0.95, 0.99].map((quantile) =>
      lines({
        title: `p${quantile * 100} by phase`,
        description:
          "The same by phase: queue (until its turn), batch (merged and split), run (the model itself).",
        unit: "s",
        min: 0,
        width: 6,
        queries: [
          {
            expr: quantileOf(quantile, prediction, { by: ["phase"], where: 'phase!="total"' }),
            legend: "{{phase}}",
          },
        ],
      }),
    ),
    lines({
      title: "Mean by phase",
      description: "Where the time of a prediction goes, on average.",
      unit: "s",
      min: 0,
      width: 6,
      stacked: true,
      queries: [
        {
          expr: meanOf(prediction, { by: ["phase"], where: 'phase!="total"' }),
          legend: "{{phase}}",
        },
      ],
    }),
    lines({
      title: "Calls by method, p99",
      description:
        "How long calls took, from their arrival to their answer. A stream takes as long as its caller keeps it open.",
      unit: "s",
      min: 0,
      width: 24,
      exemplars: true,
      queries: [
        {
          expr: quantileOf(0.99, "rpc_server_call_duration_seconds", { by: ["rpc_method"] }),
          legend: "{{rpc_method}}",
        },
      ],
    }),
  ],
};
