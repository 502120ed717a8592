import {
  createReference,
  type Reference,
  type ReferenceColumn,
  referenceFormat,
} from "./reference.ts";
import type { Category, WatchedColumn } from "./watched-column.ts";

/** A reference that was read, or everything that is wrong with its text. */
export type ReadReference =
  | { readonly kind: "ok"; readonly reference: Reference }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** Reads the text of a reference of these columns, as `referenceText` wrote it. */
export function readReference(text: string, watched: readonly WatchedColumn[]): ReadReference {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return invalid([`not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  if (!isObject(parsed)) return invalid(["expected an object"]);
  if (parsed["format"] !== referenceFormat) {
    return invalid([`format: expected ${referenceFormat}, the only one that this server knows`]);
  }
  const { rows, columns } = parsed;
  if (!isCount(rows)) return invalid(["rows: expected a number of rows"]);
  if (!Array.isArray(columns)) return invalid(["columns: expected a list"]);
  const mismatch = compareColumns(columns, watched);
  if (mismatch !== undefined) return invalid([mismatch]);

  const problems: string[] = [];
  const read = columns.flatMap((column: unknown, index) => {
    const result = readColumn(column);
    if (typeof result !== "string") return [result];
    problems.push(`columns[${index}].${result}`);
    return [];
  });
  return problems.length > 0
    ? invalid(problems)
    : { kind: "ok", reference: createReference(rows, read) };
}

function invalid(problems: readonly string[]): ReadReference {
  return { kind: "invalid", problems };
}

/** Says in what the columns of a reference are not those of the signature. */
function compareColumns(
  columns: readonly unknown[],
  watched: readonly WatchedColumn[],
): string | undefined {
  const given = columns.map((column) =>
    isObject(column) ? `${String(column["name"])} (${String(column["kind"])})` : String(column),
  );
  const expected = watched.map(({ name, kind }) => `${name} (${kind})`);
  const index = expected.findIndex((column, at) => column !== given[at]);
  if (index === -1 && given.length === expected.length) return undefined;
  const at = index === -1 ? expected.length : index;
  return (
    `columns[${at}]: expected ${expected[at] ?? "no more"}, got ${given[at] ?? "no more"}; ` +
    "the model or its manifest has changed, so build the reference again"
  );
}

/** Reads a column, or says what is wrong with it. */
function readColumn(column: unknown): ReferenceColumn | string {
  if (!isObject(column)) return "expected an object";
  const { name, kind, edges, values, counts, missing, outOfRange } = column;
  if (typeof name !== "string") return "name: expected text";
  if (!isCountList(counts)) return "counts: expected a list of counts";
  if (!isCount(missing)) return "missing: expected a count";
  if (!isCount(outOfRange)) return "outOfRange: expected a count";
  const shared = { name, counts, missing, outOfRange };
  if (kind === "numbers") {
    if (!isAscending(edges)) return "edges: expected ascending numbers";
    return counts.length === edges.length + 1
      ? { ...shared, kind, edges }
      : `counts: expected ${edges.length + 1}, one more than edges, got ${counts.length}`;
  }
  if (!isCategoryList(values)) return "values: expected different numbers or texts";
  return counts.length === values.length + 1
    ? { ...shared, kind: "categories", values }
    : `counts: expected ${values.length + 1}, one more than values, got ${counts.length}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells whether a value can be a number of things that were counted. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Tells whether a value is a list of counts. */
export function isCountList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}

function isAscending(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every(
      (edge, index) => Number.isFinite(edge) && (index === 0 || edge > Number(value[index - 1])),
    )
  );
}

function isCategoryList(value: unknown): value is readonly Category[] {
  return (
    Array.isArray(value) &&
    new Set(value).size === value.length &&
    value.every((each) => typeof each === "string" || typeof each === "number")
  );
}
