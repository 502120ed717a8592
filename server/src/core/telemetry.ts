/** Where a span stands: its trace and itself, in lower-case hexadecimal digits as W3C Trace Context writes them. */
export interface SpanIdentity {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
}

/** What a series is of, e.g. `{ model: "iris", version: "1" }`. */
export type Attributes = Readonly<Record<string, string>>;

/** One series of a histogram. Recording allocates nothing. */
export interface HistogramSeries {
  /**
   * Counts a value, in the unit of the instrument, so many times (once by
   * default). `exemplar` is the span that shows where the value comes from: the
   * last one of each bucket is kept. What is not finite is left out.
   */
  record(value: number, count?: number, exemplar?: SpanIdentity): void;
}

/** One series of a counter. Adding allocates nothing. */
export interface CounterSeries {
  /** Adds a number that is not negative, 1 by default. */
  add(amount?: number): void;
}
