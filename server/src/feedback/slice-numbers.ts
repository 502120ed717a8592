import type { Slice } from "../core/feedback.ts";

/** A slice as a table holds it, in any database. */
export interface SliceRow extends Slice {
  readonly id: number;
}

/** The slices that were met, by their numbers in the table of slices, which never change. */
export interface SliceNumbers {
  /** Those of some slices that were not met yet, each once. */
  unmet(slices: readonly Slice[]): readonly Slice[];
  /** Throws if it was not met yet. */
  readonly numberOf: (slice: Slice) => number;
  /** Undefined: not met yet. */
  sliceOf(number: number): Slice | undefined;
  meet(rows: readonly SliceRow[]): void;
}

/** Makes an empty table of slices. */
export function createSliceNumbers(): SliceNumbers {
  const numbers = new Map<string, number>();
  const slices = new Map<number, Slice>();
  return {
    unmet(wanted) {
      const unmet = new Map<string, Slice>();
      for (const slice of wanted) {
        const key = keyOf(slice);
        if (!numbers.has(key)) unmet.set(key, slice);
      }
      return [...unmet.values()];
    },
    numberOf(slice) {
      const number = numbers.get(keyOf(slice));
      if (number === undefined) throw new Error("a slice has no number");
      return number;
    },
    sliceOf: (number) => slices.get(number),
    meet(rows) {
      for (const { id, model, version, scoring, policy, alias } of rows) {
        const slice = { model, version, scoring, policy, alias };
        numbers.set(keyOf(slice), id);
        slices.set(id, slice);
      }
    },
  };
}

function keyOf({ model, version, scoring, policy, alias }: Slice): string {
  return JSON.stringify([model, version, scoring, policy, alias]);
}
