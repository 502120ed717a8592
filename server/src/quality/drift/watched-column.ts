import { bfloat16ToNumber, numberToBfloat16 } from "../../core/bfloat16.ts";
import type { Domain, Feature, Signature, TensorSpec } from "../../core/signature.ts";
import { type DataType, isFloatingPoint, type TensorData } from "../../core/tensor.ts";
import type { Value } from "../../core/value.ts";

/** A value that is counted by itself: text, or a number; false and true are 0 and 1. */
export type Category = number | string;

/** Where the values of a column lie: in an input from an offset on, or in an output. */
export type ColumnPlace =
  | { readonly kind: "feature"; readonly input: number; readonly offset: number }
  | { readonly kind: "output" };

/** One feature or answer of which every row has one value, and what is known of its values. */
export interface WatchedColumn {
  readonly name: string;
  readonly place: ColumnPlace;
  /** Whether its values are compared by size, or by which they are. */
  readonly kind: "numbers" | "categories";
  readonly dataType: DataType;
  /** The value that stands for a missing one, beside NaN; undefined is none. */
  readonly fill: Category | undefined;
  /** Numbers below are out of range. */
  readonly least: number;
  /** Numbers above are out of range. */
  readonly greatest: number;
  /** Values that are none of these are out of range; undefined knows of none. */
  readonly known: ReadonlySet<Category> | undefined;
}

/** Finds the columns of a signature: its single-valued features, then its single-valued outputs. */
export function watchColumns(signature: Signature): readonly WatchedColumn[] {
  const features = signature.features.filter(({ shape }) => shape.length === 0);
  const outputs = signature.outputs.filter((spec) => isSingleValued(spec, signature));
  return [
    ...features.map(watchFeature),
    ...outputs.map((spec) => watchOutput(spec, signature.classes)),
  ];
}

/** Reads a number of a tensor; what is no number is NaN. */
export function numberAt(data: TensorData, index: number, isBfloat16: boolean): number {
  const element = Number(data[index]);
  return isBfloat16 ? bfloat16ToNumber(element) : element;
}

/** Tells whether a value lies outside of what the manifest allows its column. */
export function isOutside(column: WatchedColumn, value: Category): boolean {
  if (column.known !== undefined) return !column.known.has(value);
  return typeof value === "number" && !(value >= column.least && value <= column.greatest);
}

function watchFeature(feature: Feature): WatchedColumn {
  const { name, dataType, domain, missing, input, offset } = feature;
  const round = roundings[dataType] ?? Number;
  const isNumber = dataType !== "STRING" && dataType !== "BOOL";
  const isClosed = domain.kind === "categories" && domain.closed;
  return {
    name,
    place: { kind: "feature", input, offset },
    kind: isNumber && !isClosed ? "numbers" : "categories",
    dataType,
    fill: missing.kind === "fill" ? asCategory(missing.fill, round) : undefined,
    ...boundsOf(dataType, domain, round),
    known: domain.kind === "categories" ? categoriesOf(domain.values, round) : undefined,
  };
}

function watchOutput({ name, dataType }: TensorSpec, classes: Signature["classes"]): WatchedColumn {
  const labels = classes?.output === name ? classes.labels : undefined;
  const isNumber = dataType !== "STRING" && dataType !== "BOOL";
  const round = roundings[dataType] ?? Number;
  return {
    name,
    place: { kind: "output" },
    kind: isNumber && labels === undefined ? "numbers" : "categories",
    dataType,
    fill: undefined,
    ...boundsOf(dataType, { kind: "any" }, round),
    known:
      labels === undefined
        ? undefined
        : categoriesOf(
            labels.map(({ value }) => value),
            round,
          ),
  };
}

function isSingleValued({ shape }: TensorSpec, { rowAxis }: Signature): boolean {
  const [first, ...rest] = shape;
  const row = rowAxis && (typeof first === "string" || first === 1) ? rest : shape;
  return row.length === 0 || (row.length === 1 && row[0] === 1);
}

/** Rounds a number of the manifest to the nearest one that a type can hold, as elements are. */
const roundings: Readonly<Partial<Record<DataType, (value: number) => number>>> = {
  FP32: Math.fround,
  FP16: Math.f16round,
  BF16: (value) => bfloat16ToNumber(numberToBfloat16(value)),
};

function boundsOf(
  dataType: DataType,
  domain: Domain,
  round: (value: number) => number,
): Pick<WatchedColumn, "least" | "greatest"> {
  if (domain.kind === "range") return { least: round(domain.min), greatest: round(domain.max) };
  // Without a range every finite number will do.
  const greatest = isFloatingPoint(dataType) ? Number.MAX_VALUE : Number.POSITIVE_INFINITY;
  return { least: -greatest, greatest };
}

function categoriesOf(
  values: readonly Value[],
  round: (value: number) => number,
): ReadonlySet<Category> {
  return new Set(values.map((value) => asCategory(value, round)));
}

function asCategory(value: Value, round: (value: number) => number): Category {
  return typeof value === "string" ? value : round(Number(value));
}
