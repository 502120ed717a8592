import type { AnsweredRow } from "../core/scoring.ts";

/** Mergeable counts behind a quality metric. */
export interface Accumulator<Row, Metrics, Saved = unknown> {
  /** Counts a row. */
  add(row: Row): void;
  /** Undoes one `add` of an equal row, whenever and wherever that was or will be. */
  takeBack(row: Row): void;
  /** Counts all that another accumulator of the same kind has counted; so a new one that merges is a copy. */
  merge(saved: Saved): void;
  /** All that was counted, as plain JSON. */
  save(): Saved;
  /** The metrics of what is counted; 0 where one cannot be computed. */
  snapshot(): Metrics;
}

/** A row whose truth is known. */
export interface ScoredRow extends AnsweredRow {
  /** The index of the true class, or the true number. */
  readonly truth: number;
}

type Parts = Readonly<Record<string, Accumulator<ScoredRow, unknown>>>;

/** What the accumulators of a record tell, under the same names. */
type PartMetrics<P> = {
  readonly [K in keyof P]: P[K] extends { snapshot(): infer Metrics } ? Metrics : never;
};

/** Makes one accumulator out of several, each of which counts every row; its metrics are named `kind`. */
export function combineAccumulators<Kind extends string, P extends Parts>(
  kind: Kind,
  parts: P,
): Accumulator<ScoredRow, { readonly kind: Kind } & PartMetrics<P>, Record<string, unknown>> {
  const entries = Object.entries(parts);
  const accumulators = entries.map(([, part]) => part);
  return {
    add(row) {
      for (const part of accumulators) part.add(row);
    },
    takeBack(row) {
      for (const part of accumulators) part.takeBack(row);
    },
    merge(saved) {
      // An earlier release may have saved fewer parts.
      for (const [name, part] of entries) if (name in saved) part.merge(saved[name]);
    },
    save: () => Object.fromEntries(entries.map(([name, part]) => [name, part.save()])),
    snapshot() {
      const metrics = Object.fromEntries(entries.map(([name, part]) => [name, part.snapshot()]));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names are those of the parts
      return { kind, ...(metrics as PartMetrics<P>) };
    },
  };
}
