import { type HrTime, ValueType } from "@opentelemetry/api";
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
} from "@opentelemetry/sdk-metrics";
import type { Instrument } from "./instrument.ts";
import type { HistogramMetric, NumberMetric, Snapshot } from "./snapshot.ts";

/** The time that a snapshot is of. */
export interface MetricTimes {
  /** When everything that only grows was 0. */
  readonly startTime: HrTime;
  /** When the snapshot was taken. */
  readonly endTime: HrTime;
}

/**
 * Puts a snapshot into OpenTelemetry's data model. A gauge that several processes
 * have the sum of is a sum there, too, which may fall. The model of the SDK has no
 * place for exemplars.
 */
export function toMetricData({ numbers, histograms }: Snapshot, times: MetricTimes): MetricData[] {
  return [
    ...numbers.map((metric) => numberData(metric, times)),
    ...histograms.map((metric) => histogramData(metric, times)),
  ];
}

function numberData({ instrument, points }: NumberMetric, times: MetricTimes): MetricData {
  const data = {
    descriptor: describe(instrument),
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints: points.map(
      ({ attributes, value }): DataPoint<number> => ({
        ...times,
        attributes,
        value,
      }),
    ),
  };
  const isMonotonic = instrument.kind === "counter";
  return isMonotonic || instrument.together === "sum"
    ? { ...data, dataPointType: DataPointType.SUM, isMonotonic }
    : { ...data, dataPointType: DataPointType.GAUGE };
}

function histogramData({ instrument, points }: HistogramMetric, times: MetricTimes): MetricData {
  return {
    descriptor: describe(instrument),
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.HISTOGRAM,
    dataPoints: points.map(({ attributes, counts, sum }) => ({
      ...times,
      attributes,
      value: {
        buckets: { boundaries: [...instrument.bounds], counts: [...counts] },
        count: counts.reduce((total, count) => total + count, 0),
        sum,
      },
    })),
  };
}

function describe({ name, text, unit }: Instrument): MetricData["descriptor"] {
  // A unit in braces counts things.
  const valueType = unit.startsWith("{") ? ValueType.INT : ValueType.DOUBLE;
  return { name, description: text, unit, valueType };
}
