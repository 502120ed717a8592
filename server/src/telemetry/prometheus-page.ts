import type { Attributes } from "../core/telemetry.ts";
import type { Instrument } from "./instrument.ts";
import { prometheusLabel, prometheusName, prometheusUnit } from "./prometheus-name.ts";
import type { Exemplar, HistogramMetric, NumberMetric, Snapshot } from "./snapshot.ts";

/** How a page is written: Prometheus' text format 0.0.4, or OpenMetrics 1.0, which has exemplars. */
export type PageFormat = "text" | "openmetrics";

/** Writes all metrics of a snapshot as a page that Prometheus reads. */
export function writePage({ numbers, histograms }: Snapshot, format: PageFormat): string {
  const lines = [
    ...numbers.flatMap((metric) => [
      ...describe(metric.instrument, format),
      ...writeNumbers(metric),
    ]),
    ...histograms.flatMap((metric) => [
      ...describe(metric.instrument, format),
      ...writeHistograms(metric, format),
    ]),
    ...(format === "openmetrics" ? ["# EOF"] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function describe(instrument: Instrument, format: PageFormat): readonly string[] {
  const { kind, text } = instrument;
  if (format === "text") {
    const name = prometheusName(instrument);
    return [`# HELP ${name} ${escapeHelp(text)}`, `# TYPE ${name} ${kind}`];
  }
  // In OpenMetrics `_total` belongs to a counter's samples, not to its name.
  const name = prometheusName(instrument).replace(/_total$/, "");
  const unit = prometheusUnit(instrument);
  return [
    `# TYPE ${name} ${kind}`,
    ...(unit === "" ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escapeLabel(text)}`,
  ];
}

function writeNumbers({ instrument, points }: NumberMetric): readonly string[] {
  const name = prometheusName(instrument);
  return points.map(
    ({ attributes, value }) => `${name}${braced(labelsOf(attributes))} ${showNumber(value)}`,
  );
}

function writeHistograms(
  { instrument, points }: HistogramMetric,
  format: PageFormat,
): readonly string[] {
  const name = prometheusName(instrument);
  const bounds = [...instrument.bounds.map(showBound), "+Inf"];
  return points.flatMap(({ attributes, counts, sum, exemplars }) => {
    const labels = labelsOf(attributes);
    const shown = new Map(
      format === "text" ? [] : exemplars.map((each) => [each.bucket, showExemplar(each)]),
    );
    let count = 0;
    const buckets = bounds.map((bound, bucket) => {
      count += counts[bucket] ?? 0;
      const all = braced([...labels, `le="${bound}"`]);
      return `${name}_bucket${all} ${count}${shown.get(bucket) ?? ""}`;
    });
    const own = braced(labels);
    return [...buckets, `${name}_sum${own} ${showNumber(sum)}`, `${name}_count${own} ${count}`];
  });
}

function labelsOf(attributes: Attributes): readonly string[] {
  return Object.entries(attributes).map(
    ([name, value]) => `${prometheusLabel(name)}="${escapeLabel(value)}"`,
  );
}

function braced(labels: readonly string[]): string {
  return labels.length === 0 ? "" : `{${labels.join(",")}}`;
}

function showExemplar({ traceId, spanId, value, at }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${showNumber(value)} ${at / 1000}`;
}

/** A bucket is named by its bound, so that has one form: a whole number has its point. */
function showBound(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : `${bound}`;
}

function showNumber(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return `${value}`;
  return value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
