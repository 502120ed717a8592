import type { Feeds } from "../../core/feeds.ts";
import type { Tensor, TensorData } from "../../core/tensor.ts";
import type { WatchedColumn } from "./watched-column.ts";

/** The rows of a call that are looked at. The memory is used again for the next ones. */
export interface RowPicks {
  /** Their numbers, from 0; only the first `count` of them hold. */
  readonly rows: Uint32Array;
  count: number;
}

/** Takes the values of one column. */
export interface ColumnSink {
  readonly column: WatchedColumn;
  /** Takes the values of rows that begin every `width` elements, `offset` elements into each. */
  take(data: TensorData, layout: ColumnLayout, picks: RowPicks): void;
}

/** How the values of a column lie in a tensor. */
export interface ColumnLayout {
  readonly offset: number;
  /** The elements of one row. */
  readonly width: number;
}

/** The most rows that are picked at once. */
const mostPicks = 256;

/** Makes memory for picks. */
export function createRowPicks(): RowPicks {
  return { rows: new Uint32Array(mostPicks), count: 0 };
}

/** Gives each sink the values of the rows that were picked; outputs that were not asked for are left out. */
export function takeRows(
  sinks: readonly ColumnSink[],
  feeds: Feeds,
  outputs: readonly Tensor[],
  picks: RowPicks,
): void {
  for (const sink of sinks) {
    const { place, name } = sink.column;
    if (place.kind === "feature") {
      const data = feeds.tensors[place.input]?.data;
      if (data === undefined) continue;
      layout.offset = place.offset;
      layout.width = data.length / feeds.rowCount;
      sink.take(data, layout, picks);
      continue;
    }
    const data = findData(outputs, name);
    // A file may answer more than it says.
    if (data === undefined || data.length !== feeds.rowCount) continue;
    layout.offset = 0;
    layout.width = 1;
    sink.take(data, layout, picks);
  }
}

// Used again for every column, as this is done for every call.
const layout = { offset: 0, width: 1 };

function findData(outputs: readonly Tensor[], name: string): TensorData | undefined {
  for (const output of outputs) if (output.name === name) return output.data;
  return undefined;
}
