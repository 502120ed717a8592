import type { Feeds } from "../../core/feeds.ts";
import type { Tensor } from "../../core/tensor.ts";
import { createColumnGatherer } from "./column-gatherer.ts";
import { createRowPicks, type RowPicks, takeRows } from "./column-sink.ts";
import { createReference, type Reference } from "./reference.ts";
import type { WatchedColumn } from "./watched-column.ts";

/** Makes a reference of rows, which are gathered as columns. */
export interface ReferenceBuilder {
  /** True once it has the rows that it was made for; it takes no more. */
  readonly isFull: boolean;
  /** Takes the rows of a call that were picked. */
  take(feeds: Feeds, outputs: readonly Tensor[], picks: RowPicks): void;
  /** Takes every row of a call. */
  takeAll(feeds: Feeds, outputs: readonly Tensor[]): void;
  /** Makes the reference of what was taken. */
  finish(): Reference;
}

/** Makes a builder of references of at most `mostRows` rows. */
export function createReferenceBuilder(
  columns: readonly WatchedColumn[],
  mostRows: number,
): ReferenceBuilder {
  const gatherers = columns.map(createColumnGatherer);
  let rows = 0;

  const take = (feeds: Feeds, outputs: readonly Tensor[], picks: RowPicks): void => {
    picks.count = Math.min(picks.count, mostRows - rows);
    rows += picks.count;
    takeRows(gatherers, feeds, outputs, picks);
  };

  return {
    get isFull() {
      return rows >= mostRows;
    },
    take,
    takeAll(feeds, outputs) {
      const picks = createRowPicks();
      for (let from = 0; from < feeds.rowCount; from += picks.rows.length) {
        picks.count = Math.min(picks.rows.length, feeds.rowCount - from);
        for (let index = 0; index < picks.count; index += 1) picks.rows[index] = from + index;
        take(feeds, outputs, picks);
      }
    },
    finish: () =>
      createReference(
        rows,
        gatherers.map((gatherer) => gatherer.finish()),
      ),
  };
}
