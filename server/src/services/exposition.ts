import type { Registry } from "prom-client";
import { ServingError } from "../core/errors.ts";
import type { FeedbackPlane, MetricsReport, VersionDrift } from "../predict/feedback-plane.ts";
import type { ColumnDrift } from "../quality/drift/column-drift.ts";
import { columnMetrics, driftMetrics } from "./exposed-drift.ts";
import { type ExposedMetric, qualityMetrics } from "./exposed-quality.ts";

/** What a scrape page is made of. */
export interface ExpositionParts {
  readonly feedback: Pick<FeedbackPlane, "metrics">;
  /** The names of the models that are served. */
  readonly models: () => readonly string[];
}

/** Writes what Prometheus scrapes. */
export interface Exposition {
  /** The type of what `write` gives. */
  readonly contentType: string;
  /** Writes every metric as it is now, in the text exposition format, version 0.0.4. */
  write(): Promise<string>;
}

/** The columns of a version that are told of: those that have moved most, where it has more. */
const mostColumns = 200;

type Labels = Readonly<Record<string, string>>;

/** The library is loaded by the first scrape: a server that nobody scrapes has no need of it. */
type Library = typeof import("prom-client");

/** Makes the scrape page of all models. */
export function createExposition({ feedback, models }: ExpositionParts): Exposition {
  const reportAll = async (): Promise<readonly MetricsReport[] | "away" | "off"> => {
    try {
      return await Promise.all(
        models().map((model) =>
          feedback.metrics({
            model,
            version: "",
            alias: undefined,
            policy: undefined,
            groupBy: ["version"],
            window: { kind: "all" },
            history: undefined,
          }),
        ),
      );
    } catch (error) {
      if (!(error instanceof ServingError)) throw error;
      return error.reason === "FEEDBACK_OFF" ? "off" : "away";
    }
  };

  return {
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    async write() {
      const reports = await reportAll();
      if (reports === "off") return "";
      const library = await import("prom-client");
      const registry = new library.Registry();
      new library.Gauge({
        name: "presage_store_up",
        help: "1 if the store of feedback can be read; 0 leaves out all that it knows.",
        registers: [registry],
      }).set(reports === "away" ? 0 : 1);
      if (reports !== "away") exposeAll({ library, registry }, reports);
      return registry.metrics();
    },
  };
}

/** Where metrics are registered. */
interface Page {
  readonly library: Library;
  readonly registry: Registry;
}

function exposeAll(page: Page, reports: readonly MetricsReport[]): void {
  const qualities = reports.flatMap(({ model, groups }) =>
    groups.map((group) => [{ model, version: group.version }, group] as const),
  );
  expose(page, qualityMetrics, qualities);
  const drifts = reports.flatMap(({ model, drift }) =>
    drift.map((each) => [{ model, version: each.version }, each] as const),
  );
  expose(page, driftMetrics, drifts);
  expose(
    page,
    columnMetrics,
    drifts.flatMap(([labels, drift]) => listColumns(labels, drift)),
  );
}

function listColumns(
  labels: Labels,
  { report }: VersionDrift,
): readonly (readonly [Labels, ColumnDrift])[] {
  const columns = [
    ...report.features.map((column) => [{ ...labels, feature: column.name }, column] as const),
    ...report.outputs.map((column) => [{ ...labels, output: column.name }, column] as const),
  ];
  if (columns.length <= mostColumns) return columns;
  return columns
    .toSorted(([, one], [, other]) => (other.psi ?? 0) - (one.psi ?? 0))
    .slice(0, mostColumns);
}

function expose<Source>(
  { library, registry }: Page,
  metrics: readonly ExposedMetric<Source>[],
  sources: readonly (readonly [Labels, Source])[],
): void {
  const labelNames = [...new Set(sources.flatMap(([labels]) => Object.keys(labels)))];
  for (const { name, help, type, read } of metrics) {
    const settings = { name, help, labelNames, registers: [registry] };
    const counter = type === "counter" ? new library.Counter(settings) : undefined;
    const gauge = type === "counter" ? undefined : new library.Gauge(settings);
    for (const [labels, source] of sources) {
      const value = read(source);
      if (value === undefined) continue;
      counter?.inc(labels, value);
      gauge?.set(labels, value);
    }
  }
}
