import type { ColumnSink } from "./column-sink.ts";
import { cellOf, chooseEdges } from "./number-cells.ts";
import type { ReferenceColumn } from "./reference.ts";
import { type Category, isOutside, numberAt, type WatchedColumn } from "./watched-column.ts";

/** Gathers the values of a column until they make a reference. */
export interface ColumnGatherer extends ColumnSink {
  /** Makes the reference of what was gathered. */
  finish(): ReferenceColumn;
}

/** The most values that a reference counts by themselves. */
export const mostCategories = 64;

/** Longer text counts with the others: a reference is no place for letters. */
const longestCategory = 128;

/** Makes a gatherer of a column. Of numbers it keeps all, of categories how often each came. */
export function createColumnGatherer(column: WatchedColumn): ColumnGatherer {
  return column.kind === "numbers" ? gatherNumbers(column) : gatherCategories(column);
}

function gatherNumbers(column: WatchedColumn): ColumnGatherer {
  const isBfloat16 = column.dataType === "BF16";
  const values: number[] = [];
  let missing = 0;
  let outOfRange = 0;
  return {
    column,
    take(data, { offset, width }, picks) {
      for (let index = 0; index < picks.count; index += 1) {
        const value = numberAt(data, (picks.rows[index] ?? 0) * width + offset, isBfloat16);
        if (Number.isNaN(value) || value === column.fill) {
          missing += 1;
          continue;
        }
        values.push(value);
        if (isOutside(column, value)) outOfRange += 1;
      }
    },
    finish() {
      const finite = values.filter(Number.isFinite);
      const edges = chooseEdges(Float64Array.from(finite).toSorted());
      const counts = Array.from({ length: edges.length + 1 }, () => 0);
      for (const value of values) {
        const cell = cellOf(edges, value);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      return { name: column.name, kind: "numbers", edges: [...edges], counts, missing, outOfRange };
    },
  };
}

function gatherCategories(column: WatchedColumn): ColumnGatherer {
  const isBfloat16 = column.dataType === "BF16";
  const isText = column.dataType === "STRING";
  const found = new Map<Category, number>();
  let others = 0;
  let missing = 0;
  let outOfRange = 0;
  return {
    column,
    take(data, { offset, width }, picks) {
      for (let index = 0; index < picks.count; index += 1) {
        const at = (picks.rows[index] ?? 0) * width + offset;
        const value = isText ? String(data[at]) : numberAt(data, at, isBfloat16);
        if (Number.isNaN(value) || value === column.fill) {
          missing += 1;
          continue;
        }
        if (isOutside(column, value)) outOfRange += 1;
        if (!isKeepable(value)) others += 1;
        else found.set(value, (found.get(value) ?? 0) + 1);
      }
    },
    finish() {
      const all = new Map<Category, number>([
        ...[...(column.known ?? [])].map((value) => [value, 0] as const),
        ...found,
      ]);
      all.delete(column.fill ?? Number.NaN);
      // What came once may name a person, and says nothing of how values are spread.
      const kept = [...all]
        .filter(([value, count]) => count > 1 || column.known?.has(value) === true)
        .toSorted(([, one], [, other]) => other - one)
        .slice(0, mostCategories);
      const total = [...found.values()].reduce((sum, count) => sum + count, others);
      const counts = kept.map(([, count]) => count);
      const rest = counts.reduce((left, count) => left - count, total);
      return {
        name: column.name,
        kind: "categories",
        values: kept.map(([value]) => value),
        counts: [...counts, rest],
        missing,
        outOfRange,
      };
    },
  };
}

function isKeepable(value: Category): boolean {
  return typeof value === "string" ? value.length <= longestCategory : Number.isFinite(value);
}
