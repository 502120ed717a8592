import type { Feeds } from "../core/feeds.ts";
import { elementLayout, type Tensor, type TensorData } from "../core/tensor.ts";

/**
 * Names what feeds must have in common to be merged: the dimensions of every
 * input but the first, which counts rows.
 */
export function mergeKey({ tensors }: Feeds): string {
  let key = "";
  for (const { shape } of tensors) {
    for (let axis = 1; axis < shape.length; axis += 1) key += `${shape[axis]},`;
    key += ";";
  }
  return key;
}

/** Merges feeds of one key, row after row, in their order. */
export function mergeFeeds(feeds: readonly Feeds[]): Feeds {
  const [first] = feeds;
  if (first === undefined || feeds.length === 1) return first ?? { tensors: [], rowCount: 0 };
  let rowCount = 0;
  for (const each of feeds) rowCount += each.rowCount;
  const tensors = first.tensors.map((tensor, input): Tensor => {
    const parts = feeds.map((each) => each.tensors[input]?.data ?? []);
    return {
      name: tensor.name,
      dataType: tensor.dataType,
      shape: [rowCount, ...tensor.shape.slice(1)],
      data: joinData(tensor, parts),
    };
  });
  return { tensors, rowCount };
}

function joinData({ dataType }: Tensor, parts: readonly TensorData[]): TensorData {
  if (dataType === "STRING") return parts.flatMap((part) => [...part].map(String));
  const numeric = parts.filter((part) => "buffer" in part);
  let length = 0;
  for (const part of numeric) length += part.length;
  const joined = elementLayout(dataType).allocate(length);
  const bytes = new Uint8Array(joined.buffer);
  let offset = 0;
  for (const part of numeric) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
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
  if (outputs.some((output) => output.shape[0] !== total)) return undefined;
  let row = 0;
  return rowCounts.map((count) => {
    const start = row;
    row += count;
    return outputs.map((output) => sliceRows(output, start, count));
  });
}

function sliceRows({ name, dataType, shape, data }: Tensor, start: number, count: number): Tensor {
  const rowSize = data.length / (shape[0] ?? 1);
  const [from, to] = [start * rowSize, (start + count) * rowSize];
  return {
    name,
    dataType,
    shape: [count, ...shape.slice(1)],
    data: "subarray" in data ? data.subarray(from, to) : data.slice(from, to),
  };
}
