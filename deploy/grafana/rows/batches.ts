import type { Row } from "../layout.ts";
import { lines, type SizedPanel } from "../panels.ts";
import { meanOf, type Query, quantileOf, rateOf } from "../queries.ts";

const byVersion = ["model", "version"];

function perRun(title: string, histogram: string, description: string): SizedPanel {
  const quantiles = [0.5, 0.95].map(
    (quantile): Query => ({
      expr: quantileOf(quantile, histogram, { by: byVersion }),
      legend: `{{model}} {{version}} p${quantile * 100}`,
    }),
  );
  return lines({ title, description, unit: "none", min: 0, queries: quantiles });
}

export const batchesRow: Row = {
  title: "Batches",
  panels: [
    perRun("Rows per run", "presage_run_rows", "Rows that one run of the model computed."),
    perRun(
      "Calls per run",
      "presage_run_calls",
      "Calls that shared one run: above 1, calls are merged.",
    ),
    lines({
      title: "Rows",
      description: "Rows a second that were computed: the mean of a run's times the runs.",
      unit: "rowsps",
      min: 0,
      queries: [
        {
          expr: rateOf("presage_run_rows_sum", { by: byVersion }),
          legend: "{{model}} {{version}}",
        },
      ],
    }),
    lines({
      title: "Runs",
      description:
        "Runs a second by where they happen: inline on the event loop, in a pool of threads, or in processes.",
      unit: "ops",
      min: 0,
      width: 6,
      queries: [
        {
          expr: rateOf("presage_run_duration_seconds_count", { by: [...byVersion, "executor"] }),
          legend: "{{model}} {{version}} {{executor}}",
        },
      ],
    }),
    lines({
      title: "Time of a run",
      description: "How long a run takes on average.",
      unit: "s",
      min: 0,
      width: 6,
      queries: [
        {
          expr: meanOf("presage_run_duration_seconds", { by: byVersion }),
          legend: "{{model}} {{version}}",
        },
      ],
    }),
    lines({
      title: "Queue",
      description: "Calls that wait for their turn, and their rows.",
      unit: "none",
      min: 0,
      width: 6,
      queries: [
        {
          expr: 'sum by (model, version) (presage_queue_calls{model=~"$model", version=~"$version"})',
          legend: "{{model}} {{version}} calls",
        },
        {
          expr: 'sum by (model, version) (presage_queue_rows{model=~"$model", version=~"$version"})',
          legend: "{{model}} {{version}} rows",
        },
      ],
    }),
    lines({
      title: "Workers",
      description: "Workers that run something, and all there are.",
      unit: "none",
      min: 0,
      width: 6,
      queries: [
        {
          expr: 'sum by (model, version) (presage_executor_busy{model=~"$model", version=~"$version"})',
          legend: "{{model}} {{version}} busy",
        },
        {
          expr: 'sum by (model, version) (presage_executor_workers{model=~"$model", version=~"$version"})',
          legend: "{{model}} {{version}} all",
        },
      ],
    }),
  ],
};
