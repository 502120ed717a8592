import type { Feeds } from "../core/feeds.ts";
import { elementLayout, type Tensor, type TensorData } from "../core/tensor.ts";

/**
 * Tells whether feeds of one model can be merged: whether the dimensions of
 * every input are the same, but for the first, which counts rows.
 */
export function canMerge(one: Feeds, other: Feeds): boolean {
  for (let input = 0; input < one.tensors.length; input += 1) {
    const shape = one.tensors[input]?.shape ?? [];
    const otherShape = other.tensors[input]?.shape ?? [];
    if (shape.length !== otherShape.length) return false;
    for (let axis = 1; axis < shape.length; axis += 1)
      if (shape[axis] !== otherShape[axis]) return false;
  }
  return true;
}

/** Merges feeds that can be, row after row, in their order. */
export function mergeFeeds(feeds: readonly Feeds[]): Feeds {
  const [first] = feeds;
  if (first === undefined || feeds.length === 1) return first ?? { tensors: [], rowCount: 0 };
  let rowCount = 0;
  for (const each of feeds) rowCount += each.rowCount;
  const tensors = first.tensors.map(
    (tensor, input): Tensor => ({
      name: tensor.name,
      dataType: tensor.dataType,
      shape: [rowCount, ...tensor.shape.slice(1)],
      data: joinData(tensor, feeds, input),
    }),
  );
  return { tensors, rowCount };
}

function joinData({ dataType }: Tensor, feeds: readonly Feeds[], input: number): TensorData {
  if (dataType === "STRING")
    return feeds.flatMap(({ tensors }) => Array.from(tensors[input]?.data ?? [], String));
  let length = 0;
  for (const { tensors } of feeds) length += tensors[input]?.data.length ?? 0;
  const joined = elementLayout(dataType).allocate(length);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the arrays of one type are of one class
  const target = joined as Float64Array;
  let offset = 0;
  for (const { tensors } of feeds) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const part = (tensors[input]?.data ?? []) as Float64Array;
    target.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Splits the outputs of a merged run: for each part of `rowCounts` rows, its
 * share of every output, as views. Returns undefined where an output's first
 * dimension does not count the rows.
 */
export function splitOutputs(
  outputs: readonly Tensor[],
  rowCounts: readonly number[],
): readonly (readonly Tensor[])[] | undefined {
  let total = 0;
  for (const count of rowCounts) total += count;
  for (const output of outputs) if (output.shape[0] !== total) return undefined;
  // Parts of as many rows share their shapes, which those of one row mostly are.
  let shapes: readonly (readonly number[])[] = [];
  let shapedFor = Number.NaN;
  let from = 0;
  return rowCounts.map((count) => {
    if (count !== shapedFor) shapes = outputs.map(({ shape }) => [count, ...shape.slice(1)]);
    shapedFor = count;
    const part = outputs.map((output, index) => {
      const { name, dataType } = output;
      return {
        name,
        dataType,
        shape: shapes[index] ?? [],
        data: rowsOf(output, total, from, from + count),
      };
    });
    from += count;
    return part;
  });
}

/** Some rows of an output that has so many in all, where they lie. */
function rowsOf({ data }: Tensor, total: number, from: number, to: number): TensorData {
  const rowSize = data.length / total;
  return "subarray" in data
    ? data.subarray(from * rowSize, to * rowSize)
    : data.slice(from * rowSize, to * rowSize);
}
