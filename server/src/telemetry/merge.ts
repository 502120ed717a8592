import type { CounterInstrument, GaugeInstrument, HistogramInstrument } from "./instrument.ts";
import { seriesKey } from "./series-table.ts";
import type {
  Exemplar,
  HistogramMetric,
  HistogramPoint,
  NumberMetric,
  Reading,
  Snapshot,
} from "./snapshot.ts";

/**
 * Puts several snapshots together, as if one process had measured it all:
 * counters and histograms are added up, gauges by what their instrument says.
 * Metrics are in the order of their names, series in that of their attributes.
 */
export function mergeSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  return {
    numbers: mergeMetrics(
      snapshots.flatMap(({ numbers }) => numbers),
      ({ instrument }, points): NumberMetric => ({
        instrument,
        points: mergeReadings(instrument, points),
      }),
    ),
    histograms: mergeMetrics(
      snapshots.flatMap(({ histograms }) => histograms),
      ({ instrument }, points): HistogramMetric => ({
        instrument,
        points: mergeSeries(instrument, points, addHistograms),
      }),
    ),
  };
}

type NumberInstrument = CounterInstrument | GaugeInstrument;

interface AnyMetric {
  readonly instrument: { readonly name: string };
  readonly points: readonly unknown[];
}

function mergeMetrics<Metric extends AnyMetric>(
  metrics: readonly Metric[],
  merge: (first: Metric, points: readonly Metric["points"][number][]) => Metric,
): Metric[] {
  const byName = Map.groupBy(metrics, ({ instrument }) => instrument.name);
  return [...byName]
    .toSorted(([one], [other]) => compare(one, other))
    .flatMap(([, [first, ...others]]) => {
      if (first === undefined) return [];
      const points = [first, ...others].flatMap((metric) => metric.points);
      return points.length === 0 ? [] : [merge(first, points)];
    });
}

function mergeReadings(instrument: NumberInstrument, points: readonly Reading[]): Reading[] {
  if (instrument.kind === "counter" || instrument.together === "sum")
    return mergeSeries(instrument, points, (one, other) => ({
      attributes: one.attributes,
      value: one.value + other.value,
    }));
  const greatest = mergeSeries(instrument, points, (one, other) =>
    other.value > one.value ? other : one,
  );
  return instrument.together === "max"
    ? greatest
    : keepLastState(instrument, greatest, instrument.together.states);
}

/** Leaves the 1 of each to the state that comes last among those that have one. */
function keepLastState(
  { attributes: names }: GaugeInstrument,
  points: readonly Reading[],
  states: readonly string[],
): Reading[] {
  const stateName = names.at(-1) ?? "";
  const place = ({ attributes }: Reading): number => states.indexOf(attributes[stateName] ?? "");
  const owners = Map.groupBy(points, ({ attributes }) => seriesKey(names.slice(0, -1), attributes));
  return [...owners.values()].flatMap((own) => {
    const last = Math.max(...own.filter(({ value }) => value > 0).map(place));
    return own.map((point) => ({ ...point, value: Number(place(point) === last) }));
  });
}

function mergeSeries<Point extends Pick<Reading, "attributes">>(
  { attributes: names }: NumberInstrument | HistogramInstrument,
  points: readonly Point[],
  merge: (one: Point, other: Point) => Point,
): Point[] {
  const byKey = new Map<string, Point>();
  for (const point of points) {
    const key = seriesKey(names, point.attributes);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? point : merge(known, point));
  }
  return [...byKey].toSorted(([one], [other]) => compare(one, other)).map(([, point]) => point);
}

function addHistograms(one: HistogramPoint, other: HistogramPoint): HistogramPoint {
  return {
    attributes: one.attributes,
    counts: one.counts.map((count, bucket) => count + (other.counts[bucket] ?? 0)),
    sum: one.sum + other.sum,
    exemplars: latestExemplars([...one.exemplars, ...other.exemplars]),
  };
}

function latestExemplars(exemplars: readonly Exemplar[]): readonly Exemplar[] {
  const latest = new Map<number, Exemplar>();
  for (const exemplar of exemplars.toSorted((one, other) => one.at - other.at))
    latest.set(exemplar.bucket, exemplar);
  return [...latest.values()].toSorted((one, other) => one.bucket - other.bucket);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
