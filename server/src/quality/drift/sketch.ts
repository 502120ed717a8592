import { countsOf } from "./column-counter.ts";
import type { Reference } from "./reference.ts";
import { isCount, isCountList } from "./reference-reader.ts";

/** How many values fell into each cell of a reference: all that is kept of rows. */
export interface Sketch {
  /** The rows that were looked at. */
  rows: number;
  /** The rows that were not, as there were too many of them. */
  unseen: number;
  /** For each column: a count for each cell, then of missing values, then of those out of range. */
  readonly counts: readonly Float64Array[];
}

/** Makes an empty sketch by the cells of a reference. */
export function createSketch({ columns }: Reference): Sketch {
  return {
    rows: 0,
    unseen: 0,
    counts: columns.map((column) => new Float64Array(countsOf(column))),
  };
}

/** Adds what one sketch counted to another of the same reference. */
export function mergeSketch(into: Sketch, from: Sketch): void {
  into.rows += from.rows;
  into.unseen += from.unseen;
  for (const [column, counts] of into.counts.entries()) {
    const added = from.counts[column];
    for (let index = 0; index < counts.length; index += 1) {
      counts[index] = (counts[index] ?? 0) + (added?.[index] ?? 0);
    }
  }
}

/** Writes a sketch as JSON, with the name of the reference whose cells it counts by. */
export function sketchText({ rows, unseen, counts }: Sketch, { fingerprint }: Reference): string {
  const plain = counts.map((each) => [...each]);
  return JSON.stringify({ reference: fingerprint, rows, unseen, counts: plain });
}

/** Reads the text of a sketch; undefined if it counts by the cells of another reference. */
export function readSketch(text: string, reference: Reference): Sketch | undefined {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || !("reference" in parsed)) return undefined;
  if (parsed.reference !== reference.fingerprint) return undefined;
  const sketch = createSketch(reference);
  const rows = "rows" in parsed ? parsed.rows : undefined;
  const unseen = "unseen" in parsed ? parsed.unseen : undefined;
  const counts = "counts" in parsed ? parsed.counts : undefined;
  if (!isCount(rows) || !isCount(unseen) || !Array.isArray(counts)) return undefined;
  sketch.rows = rows;
  sketch.unseen = unseen;
  for (const [column, cells] of sketch.counts.entries()) {
    const given: unknown = counts[column];
    if (!isCountList(given) || given.length !== cells.length) return undefined;
    cells.set(given);
  }
  return sketch;
}
