import type { Feeds } from "../core/feeds.ts";
import { rowShape, type Signature } from "../core/signature.ts";
import { elementCount, elementLayout } from "../core/tensor.ts";
import { isValueList, isValueObject, type Value } from "../core/value.ts";
import { findColumnBounds, isWithin } from "./column-bounds.ts";

/** Encodes rows of numbers; undefined for rows that hold anything else, or have a mistake. */
export type NumberRowEncoder = (rows: readonly Value[]) => Feeds | undefined;

/**
 * Compiles the quick way for the commonest kind of signature: one input of
 * floating-point numbers, each a feature of its own. Undefined for every other.
 */
export function createNumberRowEncoder(signature: Signature): NumberRowEncoder | undefined {
  const { features, rowAxis, maxRows } = signature;
  const [input, second] = signature.inputs;
  const bounds = findColumnBounds(features);
  if (input === undefined || second !== undefined || bounds === undefined) return undefined;
  const { name, dataType } = input;
  if (dataType !== "FP32" && dataType !== "FP64") return undefined;
  const shape = rowShape(input.shape, rowAxis).map(Number);
  const width = features.length;
  if (elementCount(shape) !== width) return undefined;
  const layout = elementLayout(dataType);
  const names = features.map((feature) => feature.name);
  const offsets = features.map((feature) => feature.offset);

  return (rows) => {
    const rowCount = rows.length;
    if (rowCount === 0 || rowCount > maxRows) return undefined;
    const given: (readonly Value[])[] = [];
    for (const row of rows) {
      const values = valuesOf(row, names);
      // Before anything is set aside for what is not there.
      if (values?.length !== width) return undefined;
      given.push(values);
    }
    const data = layout.allocate(rowCount * width);
    let start = 0;
    for (const values of given) {
      for (let column = 0; column < width; column += 1) {
        const value = values[column];
        if (typeof value !== "number") return undefined;
        data[start + (offsets[column] ?? 0)] = value;
      }
      start += width;
    }
    if (!isWithin(data, bounds)) return undefined;
    const tensor = { name, dataType, shape: rowAxis ? [rowCount, ...shape] : shape, data };
    return { tensors: [tensor], rowCount };
  };
}

/** The values of a row in the order of the names; undefined where it may not have just these. */
function valuesOf(row: Value, names: readonly string[]): readonly Value[] | undefined {
  if (isValueList(row)) return row;
  if (!isValueObject(row)) return undefined;
  const given = Object.keys(row);
  if (given.length !== names.length) return undefined;
  let index = 0;
  while (index < names.length && given[index] === names[index]) index += 1;
  if (index === names.length) return Object.values(row);
  // As many own values as names, and a number for each name: no object inherits one.
  return names.map((name) => row[name] ?? null);
}
