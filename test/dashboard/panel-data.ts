import {
  type DashboardPanel,
  type FieldDefaults,
  substitute,
  type VariableValues,
} from "../support/dashboard-queries.ts";
import type { PrometheusApi, Series, TimeRange } from "../support/prometheus-api.ts";

/** A series with the name that the panel's legend gives it. */
export interface NamedSeries {
  readonly name: string;
  /** Seconds since 1970, and the value. */
  readonly points: Series["points"];
}

/** A panel with what its queries have given. */
export interface FilledPanel {
  readonly panel: DashboardPanel;
  readonly fields: FieldDefaults;
  readonly series: readonly NamedSeries[];
  readonly range: TimeRange;
}

/** Asks the queries of a panel. */
export async function fillPanel(
  panel: DashboardPanel,
  prometheus: PrometheusApi,
  { range, values }: { readonly range: TimeRange; readonly values: VariableValues },
): Promise<FilledPanel> {
  const { targets = [], fieldConfig, title } = panel;
  if (fieldConfig === undefined) throw new Error(`${title} is no panel`);
  const answers = await Promise.all(
    targets.map(async ({ expr, legendFormat }) => {
      const found = await prometheus.queryRange(substitute(expr, values), range);
      return found.map(({ labels, points }) => ({
        name: nameOf(legendFormat, labels),
        points: points.filter(([, value]) => Number.isFinite(value)),
      }));
    }),
  );
  const series = answers.flat().filter(({ points }) => points.length > 0);
  return { panel, fields: fieldConfig.defaults, series, range };
}

/** Puts labels into a legend, as Grafana does. */
export function nameOf(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? "").trim();
}

/** The colour of a value, by the thresholds of its panel. */
export function colorOf(value: number, { thresholds, mappings }: FieldDefaults): string {
  const mapped = mappings[0]?.options[String(value)]?.color;
  const step = thresholds.steps.findLast((each) => each.value === null || value >= each.value);
  return paint[mapped ?? step?.color ?? "green"] ?? "#73bf69";
}

/** The word for a value, where its panel has one. */
export function wordOf(value: number, { mappings }: FieldDefaults): string | undefined {
  return mappings[0]?.options[String(value)]?.text;
}

const paint: Readonly<Record<string, string>> = {
  green: "#73bf69",
  blue: "#5794f2",
  orange: "#ff9830",
  red: "#f2495c",
};

/** The colours of lines, in their order. */
export const palette: readonly string[] = [
  "#73bf69",
  "#f2cc0c",
  "#5794f2",
  "#ff9830",
  "#f2495c",
  "#b877d9",
  "#8ab8ff",
  "#96d98d",
  "#fade2a",
  "#ffa6b0",
  "#ca95e5",
  "#c0d8ff",
];
