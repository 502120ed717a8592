import type { Feeds } from "../core/feeds.ts";
import type { Dimension, Feature, Signature } from "../core/signature.ts";
import { rowShape } from "../core/signature.ts";
import { elementCount, type Tensor } from "../core/tensor.ts";
import { isValueList, isValueObject, showValue, type Value } from "../core/value.ts";
import { createViolationList, type ViolationList } from "../core/violations.ts";
import { createElementBuffer, type ElementBuffer } from "./element-buffer.ts";
import { createElementRule, type ElementRule, Rejection } from "./element-rule.ts";
import { createNumberRowEncoder } from "./number-rows.ts";

/** Turns rows of feature values into a model's inputs. */
export interface RowEncoder {
  /**
   * Encodes one to many rows, each an object keyed by feature name or a list in
   * signature order. A model with one feature, which is a list, also takes the
   * list itself as a row. Throws INVALID_INPUT with every violation.
   */
  encode(rows: readonly Value[]): Feeds;
}

interface CompiledFeature {
  readonly feature: Feature;
  readonly rule: ElementRule;
}

/** The values of a row in signature order; undefined for what is no row at all. */
type GivenRow = readonly (Value | undefined)[] | undefined;

/** The sizes that a request gives to the dimensions that the signature leaves open. */
type Sizes = ReadonlyMap<string, number>;

const noSizes: Sizes = new Map();

/** Compiles the encoder of a signature. */
export function createRowEncoder(signature: Signature): RowEncoder {
  const features = signature.features.map((feature) => ({
    feature,
    rule: createElementRule(feature),
  }));
  const names = new Set(signature.features.map((feature) => feature.name));
  const encodeNumbers = createNumberRowEncoder(signature);
  const haveLists = signature.features.some(({ shape }) => shape.length > 0);

  return {
    encode(rows) {
      const encoded = encodeNumbers?.(rows);
      if (encoded !== undefined) return encoded;
      const violations = createViolationList();
      if (rows.length === 0) violations.add("rows", "expected at least one row, got none");
      if (rows.length > signature.maxRows) {
        violations.add("rows", `expected at most ${signature.maxRows} row, got ${rows.length}`);
      }
      violations.throwIfAny();

      const given = rows.map((row, index) => readRow(row, { features, names, index, violations }));
      const sizes = haveLists ? resolveSizes(features, given) : noSizes;
      // A request that will be refused sets nothing aside for what it does not hold.
      const complete = given.every(
        (row) => row !== undefined && (!haveLists || isComplete(row, features, sizes)),
      );
      const buffers = signature.inputs.map((input) => {
        const shape = rowShape(input.shape, signature.rowAxis).map((dimension) =>
          sizeOf(dimension, sizes),
        );
        const rowSize = elementCount(shape);
        return {
          shape,
          rowSize,
          elements: createElementBuffer(input.dataType, complete ? rows.length * rowSize : 0),
        };
      });

      for (let column = 0; column < features.length; column += 1) {
        const compiled = features[column];
        const buffer = buffers[compiled?.feature.input ?? 0];
        if (compiled === undefined || buffer === undefined) continue;
        const { feature, rule } = compiled;
        const { elements, rowSize } = buffer;
        for (let row = 0; row < given.length; row += 1) {
          const values = given[row];
          if (values === undefined) continue;
          const position = row * rowSize + feature.offset;
          if (feature.shape.length > 0) {
            const cell = { value: values[column], position, row };
            writeList({ ...compiled, sizes, violations, elements }, cell);
            continue;
          }
          const element = rule.read(values[column]);
          if (element instanceof Rejection) {
            violations.add(`rows[${row}].${feature.name}`, element.description);
          } else elements.set(position, element);
        }
      }
      violations.throwIfAny();

      const tensors = signature.inputs.map((input, index): Tensor => {
        const { shape, elements } = buffers[index] ?? { shape: [], elements: { data: [] } };
        return {
          name: input.name,
          dataType: input.dataType,
          shape: signature.rowAxis ? [rows.length, ...shape] : shape,
          data: elements.data,
        };
      });
      return { tensors, rowCount: rows.length };
    },
  };
}

interface RowScope {
  readonly features: readonly CompiledFeature[];
  readonly names: ReadonlySet<string>;
  readonly index: number;
  readonly violations: ViolationList;
}

/**
 * Puts the values of one row into signature order; an undefined one is lacking.
 * Returns undefined for what is no row at all.
 */
function readRow(row: Value, scope: RowScope): GivenRow {
  const { features, names, index, violations } = scope;
  if (isValueObject(row)) {
    for (const name of Object.keys(row)) {
      if (!names.has(name)) violations.add(`rows[${index}].${name}`, unknownFeature(names));
    }
    return features.map(({ feature }) =>
      Object.hasOwn(row, feature.name) ? row[feature.name] : undefined,
    );
  }
  if (isValueList(row)) {
    const rank = features.length === 1 ? (features[0]?.feature.shape.length ?? 0) : 0;
    if (rank > 0) return row.length === 1 && depthOf(row) > rank ? row : [row];
    if (row.length === features.length) return row;
    violations.add(
      `rows[${index}]`,
      `expected a list of ${features.length} values, got ${row.length}`,
    );
  } else {
    violations.add(
      `rows[${index}]`,
      `expected an object of features or a list of their values, got ${showValue(row)}`,
    );
  }
  return undefined;
}

/** How deep the lists are nested whose first elements are lists. */
function depthOf(value: Value | undefined): number {
  return value !== undefined && isValueList(value) ? 1 + depthOf(value[0]) : 0;
}

const namesShown = 10;

function unknownFeature(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, namesShown).join(", ");
  return `unknown feature, expected ${shown}${names.size > namesShown ? ", …" : ""}`;
}

function sizeOf(dimension: Dimension, sizes: Sizes): number {
  return typeof dimension === "number" ? dimension : (sizes.get(dimension) ?? 0);
}

/** Takes the sizes of open dimensions from the first row that has them; every other row must agree. */
function resolveSizes(features: readonly CompiledFeature[], rows: readonly GivenRow[]): Sizes {
  const sizes = new Map<string, number>();
  const isUnknown = (dimension: Dimension): boolean =>
    typeof dimension === "string" && !sizes.has(dimension);
  for (const [index, { feature }] of features.entries()) {
    for (const row of rows) {
      if (!feature.shape.some(isUnknown)) break;
      let value = row?.[index];
      for (const dimension of feature.shape) {
        if (value === undefined || !isValueList(value)) break;
        if (typeof dimension === "string" && isUnknown(dimension))
          sizes.set(dimension, value.length);
        value = value[0];
      }
    }
  }
  return sizes;
}

/** Tells whether every list of a row is as long as it must be. */
function isComplete(
  row: readonly (Value | undefined)[],
  features: readonly CompiledFeature[],
  sizes: Sizes,
): boolean {
  const fits = (value: Value | undefined, [dimension, ...inner]: readonly Dimension[]): boolean => {
    if (dimension === undefined) return true;
    if (value === undefined || !isValueList(value)) return false;
    if (value.length !== sizeOf(dimension, sizes)) return false;
    return inner.length === 0 || value.every((item) => fits(item, inner));
  };
  return features.every(({ feature }, index) => fits(row[index], feature.shape));
}

interface WriteScope extends CompiledFeature {
  readonly sizes: Sizes;
  readonly violations: ViolationList;
  readonly elements: ElementBuffer;
}

interface Cell {
  readonly value: Value | undefined;
  readonly position: number;
  readonly row: number;
}

/** Writes a value of rank one or more: nested lists whose lengths are the feature's dimensions. */
function writeList(scope: WriteScope, cell: Cell): void {
  const { feature, rule, sizes, violations, elements } = scope;
  let position = cell.position;
  const visit = (value: Value | undefined, depth: number, path: string): void => {
    const dimension = feature.shape[depth];
    if (dimension === undefined) {
      const element = rule.read(value);
      if (element instanceof Rejection) violations.add(path, element.description);
      else elements.set(position, element);
      position += 1;
      return;
    }
    const size = sizeOf(dimension, sizes);
    const list =
      typeof dimension === "number" || sizes.has(dimension) ? `a list of ${size} values` : "a list";
    if (value === undefined) violations.add(path, "missing");
    else if (!isValueList(value)) {
      violations.add(path, `expected ${list}, got ${showValue(value)}`);
    } else if (value.length !== size) {
      violations.add(path, `expected ${list}, got ${value.length}`);
    } else for (const [index, item] of value.entries()) visit(item, depth + 1, `${path}[${index}]`);
  };
  visit(cell.value, 0, `rows[${cell.row}].${feature.name}`);
}
