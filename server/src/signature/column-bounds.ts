import type { Feature } from "../core/signature.ts";
import type { TensorData } from "../core/tensor.ts";

/** The least and the greatest number of each column of a table. */
export interface ColumnBounds {
  readonly least: Float64Array;
  readonly greatest: Float64Array;
}

/** Finds the bounds of an input whose features are all plain numbers, without or within a range. */
export function findColumnBounds(features: readonly Feature[]): ColumnBounds | undefined {
  const least = new Float64Array(features.length);
  const greatest = new Float64Array(features.length);
  for (const { domain, offset, shape } of features) {
    if (shape.length > 0 || domain.kind === "categories" || offset >= features.length)
      return undefined;
    least[offset] = domain.kind === "range" ? domain.min : -Number.MAX_VALUE;
    greatest[offset] = domain.kind === "range" ? domain.max : Number.MAX_VALUE;
  }
  return features.length === 0 ? undefined : { least, greatest };
}

/** The quick way for tables that are as they should be; NaN is within no bounds. */
export function isWithin(data: TensorData, bounds: ColumnBounds | undefined): boolean {
  if (bounds === undefined || !(data instanceof Float32Array || data instanceof Float64Array))
    return false;
  const { least, greatest } = bounds;
  let column = 0;
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index] ?? 0;
    if (!(value >= (least[column] ?? 0) && value <= (greatest[column] ?? 0))) return false;
    column += 1;
    if (column === least.length) column = 0;
  }
  return true;
}
