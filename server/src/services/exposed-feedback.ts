import { ServingError } from "../core/errors.ts";
import type { Attributes } from "../core/telemetry.ts";
import type { FeedbackPlane, MetricsReport, VersionDrift } from "../predict/feedback-plane.ts";
import type { ColumnDrift } from "../quality/drift/column-drift.ts";
import type { CounterInstrument, GaugeInstrument, Instrument } from "../telemetry/instrument.ts";
import type { NumberMetric, Snapshot } from "../telemetry/snapshot.ts";
import { columnMetrics, driftMetrics } from "./exposed-drift.ts";
import { type ExposedMetric, qualityMetrics } from "./exposed-quality.ts";

/** What is told of. */
export interface ExposedFeedbackParts {
  readonly feedback: Pick<FeedbackPlane, "metrics">;
  /** The names of the models that are served. */
  readonly models: () => readonly string[];
}

/** The columns of a version that are told of: those that have moved most, where it has more. */
const mostColumns = 200;

const storeUp: GaugeInstrument<never> = {
  kind: "gauge",
  name: "presage.store.up",
  unit: "",
  text: "1 if the store of feedback can be read; 0 leaves out all that it knows.",
  attributes: [],
  together: "max",
};

const qualityTable = createTable(qualityMetrics, ["model", "version"]);
const driftTable = createTable(driftMetrics, ["model", "version"]);
const columnTable = createTable(columnMetrics, ["model", "version", "feature", "output"]);

/** All that `createExposedFeedback` tells. */
export const feedbackInstruments: readonly Instrument[] = [
  storeUp,
  ...qualityTable.instruments,
  ...driftTable.instruments,
  ...columnTable.instruments,
];

/**
 * Makes what tells, as metrics, how good answers are and how far inputs have
 * moved: nothing where no feedback is kept. Every process that shares the store
 * tells the same.
 */
export function createExposedFeedback({
  feedback,
  models,
}: ExposedFeedbackParts): () => Promise<Snapshot> {
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

  return async () => {
    const reports = await reportAll();
    if (reports === "off") return { numbers: [], histograms: [] };
    const isUp = { attributes: {}, value: reports === "away" ? 0 : 1 };
    return {
      numbers: [
        { instrument: storeUp, points: [isUp] },
        ...(reports === "away" ? [] : exposeAll(reports)),
      ],
      histograms: [],
    };
  };
}

function exposeAll(reports: readonly MetricsReport[]): readonly NumberMetric[] {
  const qualities = reports.flatMap(({ model, groups }) =>
    groups.map((group) => [{ model, version: group.version }, group] as const),
  );
  const drifts = reports.flatMap(({ model, drift }) =>
    drift.map((each) => [{ model, version: each.version }, each] as const),
  );
  const columns = drifts.flatMap(([attributes, drift]) => listColumns(attributes, drift));
  return [
    ...qualityTable.expose(qualities),
    ...driftTable.expose(drifts),
    ...columnTable.expose(columns),
  ];
}

function listColumns(
  attributes: Attributes,
  { report }: VersionDrift,
): readonly (readonly [Attributes, ColumnDrift])[] {
  const columns = [
    ...report.features.map((column) => [{ ...attributes, feature: column.name }, column] as const),
    ...report.outputs.map((column) => [{ ...attributes, output: column.name }, column] as const),
  ];
  if (columns.length <= mostColumns) return columns;
  return columns
    .toSorted(([, one], [, other]) => (other.psi ?? 0) - (one.psi ?? 0))
    .slice(0, mostColumns);
}

/** Metrics of one kind of source. */
interface ExposedTable<Source> {
  readonly instruments: readonly (CounterInstrument | GaugeInstrument)[];
  expose(sources: readonly (readonly [Attributes, Source])[]): readonly NumberMetric[];
}

function createTable<Source>(
  metrics: readonly ExposedMetric<Source>[],
  attributes: readonly string[],
): ExposedTable<Source> {
  const rows = metrics.map(({ name, unit = "", text, kind, read }) => {
    const said = { name, unit, text, attributes };
    const instrument: CounterInstrument | GaugeInstrument =
      kind === "counter" ? { ...said, kind } : { ...said, kind: "gauge", together: "max" };
    return { instrument, read };
  });
  return {
    instruments: rows.map(({ instrument }) => instrument),
    expose: (sources) =>
      rows.map(({ instrument, read }) => ({
        instrument,
        points: sources.flatMap(([own, source]) => {
          const value = read(source);
          return value === undefined ? [] : [{ attributes: own, value }];
        }),
      })),
  };
}
