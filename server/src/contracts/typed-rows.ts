import type { Feeds } from "../core/feeds.ts";
import { type Dimension, type Feature, rowShape, type Signature } from "../core/signature.ts";
import { elementCount, type Tensor } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createElementBuffer, type ElementBuffer } from "../signature/element-buffer.ts";
import { createElementRule, type ElementRule, Rejection } from "../signature/element-rule.ts";
import type { Contract, FeatureField } from "./contract.ts";
import { compileListReader, isKnown, type ListReader, type Part, plainOf } from "./typed-part.ts";

/**
 * Reads rows of a contract straight into a model's inputs; undefined as soon as
 * anything does not fit, which is for the row encoder to judge.
 */
export type RowsReader = (rows: readonly Part[]) => Feeds | undefined;

/** The feature that a field carries. */
interface Cell {
  /** The field's local name. */
  readonly key: string;
  readonly feature: Feature;
  readonly rule: ElementRule;
  /** Numbers from `least` to `greatest` are elements as they are; none are where least is NaN. */
  readonly least: number;
  readonly greatest: number;
  /** The value of each number of the enum; undefined for other fields. */
  readonly values: ReadonlyMap<number, Value> | undefined;
  /** Reads a list or a tensor; undefined for plain values. */
  readonly readList: ListReader | undefined;
}

type Sizes = Map<string, number>;

/** Compiles the reader of a contract's rows for a version with this signature. */
export function compileRowsReader(contract: Contract, signature: Signature): RowsReader {
  const cells = signature.features.map((feature, index) =>
    compileCell(feature, contract.features[index]),
  );
  const plain = signature.inputs.map((_, input) =>
    cells.filter((cell) => cell.feature.input === input && cell.readList === undefined),
  );
  const lists = cells.filter((cell) => cell.readList !== undefined);

  return (rows) => {
    if (rows.length === 0 || rows.length > signature.maxRows) return undefined;
    const sizes: Sizes = new Map();
    for (const cell of lists) {
      // Before anything is set aside for what is only said to be there.
      for (const row of rows) if (!fits(cell, row, sizes)) return undefined;
    }
    const tensors: Tensor[] = [];
    for (let input = 0; input < signature.inputs.length; input += 1) {
      const spec = signature.inputs[input];
      if (spec === undefined) return undefined;
      const shape = rowShape(spec.shape, signature.rowAxis).map((dimension) =>
        sizeOf(dimension, sizes),
      );
      const rowSize = elementCount(shape);
      const buffer = createElementBuffer(spec.dataType, rows.length * rowSize);
      for (let row = 0; row < rows.length; row += 1) {
        const part = rows[row];
        if (part === undefined) return undefined;
        if (!readPlain(plain[input] ?? [], part, { buffer, base: row * rowSize })) return undefined;
        for (const cell of lists) {
          if (cell.feature.input !== input) continue;
          if (!readList(cell, part, { buffer, base: row * rowSize })) return undefined;
        }
      }
      tensors.push({
        name: spec.name,
        dataType: spec.dataType,
        shape: signature.rowAxis ? [rows.length, ...shape] : shape,
        data: buffer.data,
      });
    }
    return { tensors, rowCount: rows.length };
  };
}

function compileCell(feature: Feature, carried: FeatureField | undefined): Cell {
  if (carried === undefined) throw new Error(`the contract has no field for ${feature.name}`);
  const { field, form } = carried;
  return {
    key: field.localName,
    feature,
    rule: createElementRule(feature),
    ...findBounds(feature),
    values: form.kind === "enum" ? form.values : undefined,
    readList: feature.shape.length === 0 ? undefined : compileListReader(field, form),
  };
}

const none = { least: Number.NaN, greatest: Number.NaN };

/** Finds the numbers that are elements as they are: a bound may stand for one that is a little off. */
function findBounds({ dataType, domain }: Feature): Pick<Cell, "least" | "greatest"> {
  const most =
    dataType === "FP64"
      ? Number.MAX_VALUE
      : dataType === "FP32"
        ? 3.4028234663852886e38
        : undefined;
  if (most === undefined || domain.kind === "categories") return none;
  if (domain.kind === "any") return { least: -most, greatest: most };
  return { least: Math.max(domain.min, -most), greatest: Math.min(domain.max, most) };
}

function sizeOf(dimension: Dimension, sizes: Sizes): number {
  return typeof dimension === "number" ? dimension : (sizes.get(dimension) ?? 0);
}

/** Tells whether a list has the feature's shape; the first one gives open dimensions their sizes. */
function fits({ feature, readList: read }: Cell, row: Part, sizes: Sizes): boolean {
  const given = read?.(row);
  if (given === undefined) return false;
  const shape = given.shape ?? [given.values.length];
  if (shape.length !== feature.shape.length) return false;
  for (const [axis, dimension] of feature.shape.entries()) {
    const size = shape[axis] ?? 0;
    if (typeof dimension === "string" && !sizes.has(dimension)) sizes.set(dimension, size);
    if (size !== sizeOf(dimension, sizes)) return false;
  }
  return elementCount(shape) === given.values.length;
}

/** Where the elements of a row go. */
interface Place {
  readonly buffer: ElementBuffer;
  readonly base: number;
}

function readPlain(cells: readonly Cell[], row: Part, { buffer, base }: Place): boolean {
  const { data } = buffer;
  const floats = data instanceof Float64Array || data instanceof Float32Array ? data : undefined;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (cell === undefined) return false;
    const value = row[cell.key];
    const position = base + cell.feature.offset;
    if (
      floats !== undefined &&
      typeof value === "number" &&
      value >= cell.least &&
      value <= cell.greatest
    ) {
      floats[position] = value;
      continue;
    }
    if (cell.values !== undefined && !isKnown(cell.values, value)) return false;
    const element = cell.rule.read(
      cell.values === undefined ? plainOf(value) : cell.values.get(Number(value)),
    );
    if (element instanceof Rejection) return false;
    buffer.set(position, element);
  }
  return true;
}

function readList(
  { feature, rule, least, greatest, readList: read }: Cell,
  row: Part,
  { buffer, base }: Place,
): boolean {
  const { values = [] } = read?.(row) ?? {};
  const { data } = buffer;
  const floats = data instanceof Float64Array || data instanceof Float32Array ? data : undefined;
  const start = base + feature.offset;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (floats !== undefined && typeof value === "number" && value >= least && value <= greatest) {
      floats[start + index] = value;
      continue;
    }
    const element = rule.read(plainOf(value));
    if (element instanceof Rejection) return false;
    buffer.set(start + index, element);
  }
  return true;
}
