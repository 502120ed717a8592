import type { TensorData } from "../../core/tensor.ts";
import type { ColumnLayout, ColumnSink, RowPicks } from "./column-sink.ts";
import { cellOf } from "./number-cells.ts";
import type { CategoryReference, NumberReference, ReferenceColumn } from "./reference.ts";
import { type Category, isOutside, numberAt, type WatchedColumn } from "./watched-column.ts";

/**
 * Makes what counts the values of a column by the cells of its reference, into
 * `counts`: one for each cell, then the missing values, then those out of range.
 */
export function createColumnCounter(
  column: WatchedColumn,
  reference: ReferenceColumn,
  counts: Float64Array,
): ColumnSink {
  return reference.kind === "numbers"
    ? new NumberCounter(column, reference, counts)
    : new CategoryCounter(column, reference, counts);
}

/** The number of counts of a column: its cells, the missing values, and those out of range. */
export function countsOf({ counts }: ReferenceColumn): number {
  return counts.length + 2;
}

// Classes, as closures of many columns are not told apart and compiled as one by the engine.

class NumberCounter implements ColumnSink {
  readonly column: WatchedColumn;
  readonly #edges: Float64Array;
  readonly #counts: Float64Array;
  readonly #isBfloat16: boolean;
  readonly #fill: number;
  readonly #least: number;
  readonly #greatest: number;
  readonly #hasList: boolean;
  readonly #missing: number;

  constructor(column: WatchedColumn, reference: NumberReference, counts: Float64Array) {
    this.column = column;
    this.#edges = Float64Array.from(reference.edges);
    this.#counts = counts;
    this.#isBfloat16 = column.dataType === "BF16";
    this.#fill = typeof column.fill === "number" ? column.fill : Number.NaN;
    this.#least = column.least;
    this.#greatest = column.greatest;
    this.#hasList = column.known !== undefined;
    this.#missing = reference.counts.length;
  }

  take(data: TensorData, { offset, width }: ColumnLayout, { rows, count }: RowPicks): void {
    const counts = this.#counts;
    const missing = this.#missing;
    for (let index = 0; index < count; index += 1) {
      const value = numberAt(data, (rows[index] ?? 0) * width + offset, this.#isBfloat16);
      if (Number.isNaN(value) || value === this.#fill) {
        increase(counts, missing);
        continue;
      }
      increase(counts, cellOf(this.#edges, value));
      const isOut = this.#hasList
        ? isOutside(this.column, value)
        : value < this.#least || value > this.#greatest;
      if (isOut) increase(counts, missing + 1);
    }
  }
}

class CategoryCounter implements ColumnSink {
  readonly column: WatchedColumn;
  readonly #cells: ReadonlyMap<Category, number>;
  readonly #counts: Float64Array;
  readonly #isText: boolean;
  readonly #isBfloat16: boolean;
  readonly #missing: number;

  constructor(column: WatchedColumn, reference: CategoryReference, counts: Float64Array) {
    this.column = column;
    this.#cells = new Map(reference.values.map((value, cell) => [value, cell]));
    this.#counts = counts;
    this.#isText = column.dataType === "STRING";
    this.#isBfloat16 = column.dataType === "BF16";
    this.#missing = reference.counts.length;
  }

  take(data: TensorData, { offset, width }: ColumnLayout, { rows, count }: RowPicks): void {
    const counts = this.#counts;
    const missing = this.#missing;
    for (let index = 0; index < count; index += 1) {
      const at = (rows[index] ?? 0) * width + offset;
      const value = this.#isText ? String(data[at]) : numberAt(data, at, this.#isBfloat16);
      if (Number.isNaN(value) || value === this.column.fill) {
        increase(counts, missing);
        continue;
      }
      increase(counts, this.#cells.get(value) ?? missing - 1);
      if (isOutside(this.column, value)) increase(counts, missing + 1);
    }
  }
}

function increase(counts: Float64Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
