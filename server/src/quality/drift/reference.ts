import { createHash } from "node:crypto";
import type { Category } from "./watched-column.ts";

/** What drift is measured against: how the values of each column were spread once. */
export interface Reference {
  /** The rows that it was made of. */
  readonly rows: number;
  /** One for each watched column, in their order. */
  readonly columns: readonly ReferenceColumn[];
  /** Names it: 16 hexadecimal digits of what it holds. */
  readonly fingerprint: string;
}

/** How the values of one column were spread. */
export type ReferenceColumn = NumberReference | CategoryReference;

interface ColumnCounts {
  readonly name: string;
  /** The values of each cell. */
  readonly counts: readonly number[];
  /** The values that were missing, which no cell counts. */
  readonly missing: number;
  /** The values outside of what the manifest allows, which the cells count too. */
  readonly outOfRange: number;
}

/** A column of numbers: its first cell lies below all edges, its last above. */
export interface NumberReference extends ColumnCounts {
  readonly kind: "numbers";
  /** Ascending. A number on an edge counts below it. */
  readonly edges: readonly number[];
}

/** A column of categories: a cell for each value, and a last one for all others. */
export interface CategoryReference extends ColumnCounts {
  readonly kind: "categories";
  readonly values: readonly Category[];
}

/** Makes a reference of its columns. */
export function createReference(rows: number, columns: readonly ReferenceColumn[]): Reference {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([rows, columns.map(plainColumn)]))
    .digest("hex")
    .slice(0, fingerprintLength);
  return { rows, columns, fingerprint };
}

const fingerprintLength = 16;

/** The number that says how the text of a reference is to be read. */
export const referenceFormat = 1;

/** Writes a reference as JSON, a column a line. */
export function referenceText({ rows, columns }: Reference): string {
  const lines = columns.map((column) => `    ${JSON.stringify(plainColumn(column))}`);
  return `{\n  "format": ${referenceFormat},\n  "rows": ${rows},\n  "columns": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** The fields in one order, so that equal references have equal texts. */
function plainColumn(column: ReferenceColumn): object {
  const { name, kind, counts, missing, outOfRange } = column;
  const cells = column.kind === "numbers" ? { edges: column.edges } : { values: column.values };
  return { name, kind, ...cells, counts, missing, outOfRange };
}
