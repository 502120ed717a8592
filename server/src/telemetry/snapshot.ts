import type { Attributes, SpanIdentity } from "../core/telemetry.ts";
import type { CounterInstrument, GaugeInstrument, HistogramInstrument } from "./instrument.ts";

/** All metrics as they were at one moment: plain data, which can be sent to another process. */
export interface Snapshot {
  readonly numbers: readonly NumberMetric[];
  readonly histograms: readonly HistogramMetric[];
}

/** A counter or gauge, with a point for each series. */
export interface NumberMetric {
  readonly instrument: CounterInstrument | GaugeInstrument;
  readonly points: readonly Reading[];
}

/** What a series of a counter or gauge was. */
export interface Reading<Name extends string = string> {
  readonly attributes: Readonly<Record<Name, string>>;
  readonly value: number;
}

/** A histogram, with a point for each series. */
export interface HistogramMetric {
  readonly instrument: HistogramInstrument;
  readonly points: readonly HistogramPoint[];
}

/** What a series of a histogram had counted. */
export interface HistogramPoint {
  readonly attributes: Attributes;
  /** The values of each bucket by itself; one bucket more than there are bounds. */
  readonly counts: readonly number[];
  /** The sum of all values. */
  readonly sum: number;
  /** The last exemplar of each bucket that has one. */
  readonly exemplars: readonly Exemplar[];
}

/** A value that was measured, and the span that shows where. */
export interface Exemplar extends SpanIdentity {
  /** Its bucket's place among `counts`. */
  readonly bucket: number;
  readonly value: number;
  /** When it was recorded, in milliseconds since 1970. */
  readonly at: number;
}
