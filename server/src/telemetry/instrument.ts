/** What every kind of instrument says of itself. */
interface AnyInstrument<Name extends string> {
  /** The name, as OpenTelemetry writes names: words in lower case, joined by dots. */
  readonly name: string;
  /** The unit by UCUM, e.g. `s`, `By`, `{call}`; `1` for a share, empty where there is none. */
  readonly unit: string;
  /** What is measured, as a sentence. */
  readonly text: string;
  /** The names of the attributes that each series has, in the order in which they are written. */
  readonly attributes: readonly Name[];
}

/** Counts values by buckets. */
export interface HistogramInstrument<Name extends string = string> extends AnyInstrument<Name> {
  readonly kind: "histogram";
  /** The greatest value of each bucket, ascending; one more bucket holds what is greater. */
  readonly bounds: readonly number[];
}

/** Only ever grows while its process lives. */
export interface CounterInstrument<Name extends string = string> extends AnyInstrument<Name> {
  readonly kind: "counter";
}

/** Is as it is now. */
export interface GaugeInstrument<Name extends string = string> extends AnyInstrument<Name> {
  readonly kind: "gauge";
  /**
   * What several processes have together: the sum, the greatest, or, where the
   * last attribute is a state that one series of each has as 1 and the others as
   * 0, the state that comes last among `states`.
   */
  readonly together: "sum" | "max" | { readonly states: readonly string[] };
}

/** A thing that is measured. */
export type Instrument<Name extends string = string> =
  | HistogramInstrument<Name>
  | CounterInstrument<Name>
  | GaugeInstrument<Name>;
