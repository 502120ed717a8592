import { type Clock, systemClock } from "../core/clock.ts";
import type { CounterSeries, HistogramSeries } from "../core/telemetry.ts";
import { type CounterSource, createCounterSeries } from "./counter-series.ts";
import { createHistogramSeries, type HistogramSource } from "./histogram-series.ts";
import type { CounterInstrument, GaugeInstrument, HistogramInstrument } from "./instrument.ts";
import { mergeSnapshots } from "./merge.ts";
import { createSeriesTable, type SeriesTable } from "./series-table.ts";
import type { Reading, Snapshot } from "./snapshot.ts";

/** Keeps what this process measures. */
export interface MetricRegistry {
  /**
   * The series of a histogram with these attributes: the same one each time.
   * Whoever records often keeps it. Past 2,000 series of an instrument, all
   * others are one, whose attributes are `_other`.
   */
  histogram<Name extends string>(
    instrument: HistogramInstrument<Name>,
    attributes: Readonly<Record<Name, string>>,
  ): HistogramSeries;
  /** The series of a counter with these attributes, likewise. */
  counter<Name extends string>(
    instrument: CounterInstrument<Name>,
    attributes: Readonly<Record<Name, string>>,
  ): CounterSeries;
  /**
   * Has `read` called whenever metrics are collected, until the returned function
   * is called. What several readers tell of one series is put together as it is
   * for several processes; numbers that are not finite are left out.
   */
  observe<Name extends string>(
    instrument: GaugeInstrument<Name> | CounterInstrument<Name>,
    read: () => readonly Reading<Name>[],
  ): () => void;
  /** All metrics as they are now. */
  collect(): Snapshot;
}

const noSeries = { record() {}, add() {} };

/** Measures nothing. */
export const noRegistry: MetricRegistry = {
  histogram: () => noSeries,
  counter: () => noSeries,
  observe: () => () => {},
  collect: () => ({ numbers: [], histograms: [] }),
};

/** Makes a registry that has measured nothing yet. */
export function createMetricRegistry(clock: Clock = systemClock): MetricRegistry {
  const histograms = new Map<string, SeriesTable<HistogramInstrument, HistogramSource>>();
  const counters = new Map<string, SeriesTable<CounterInstrument, CounterSource>>();
  const observers = new Set<() => Snapshot>();

  return {
    histogram(instrument, attributes) {
      const table = tableOf(histograms, instrument, (own) =>
        createHistogramSeries(instrument.bounds, own, clock),
      );
      return table.find(attributes).series;
    },
    counter(instrument, attributes) {
      return tableOf(counters, instrument, createCounterSeries).find(attributes).series;
    },
    observe(instrument, read) {
      const observer = (): Snapshot => {
        const points = read().filter(({ value }) => Number.isFinite(value));
        return { numbers: [{ instrument, points }], histograms: [] };
      };
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    collect() {
      const recorded: Snapshot = {
        numbers: [...counters.values()].map((table) => ({
          instrument: table.instrument,
          points: [...table.sources()].map((source) => source.read()),
        })),
        histograms: [...histograms.values()].map((table) => ({
          instrument: table.instrument,
          points: [...table.sources()].map((source) => source.read()),
        })),
      };
      return mergeSnapshots([recorded, ...[...observers].map((observer) => observer())]);
    },
  };
}

function tableOf<
  Own extends { readonly name: string; readonly attributes: readonly string[] },
  Source,
>(
  tables: Map<string, SeriesTable<Own, Source>>,
  instrument: Own,
  create: (attributes: Readonly<Record<string, string>>) => Source,
): SeriesTable<Own, Source> {
  const known = tables.get(instrument.name);
  if (known !== undefined) return known;
  const table = createSeriesTable(instrument, create);
  tables.set(instrument.name, table);
  return table;
}
