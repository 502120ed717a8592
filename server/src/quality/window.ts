import type { FeedbackEvent } from "../core/feedback.ts";
import type { FeedbackStore } from "../feedback/store.ts";
import type { Group, GroupTable } from "./group-table.ts";
import type { QualityQuery } from "./quality-query.ts";
import { readRowPages } from "./row-pages.ts";

/** What rows are counted from, and into. */
export interface RowSources {
  readonly store: Pick<FeedbackStore, "readRows">;
  readonly table: GroupTable;
  /** Now, in milliseconds since 1970. */
  readonly time: number;
}

/** Counts the rows of a query's window into its groups; nothing for the window of all, which is counted already. */
export async function countWindow(query: QualityQuery, sources: RowSources): Promise<void> {
  const { window } = query;
  if (window.kind === "lastMs") await countSince(query, sources, sources.time - window.ms);
  if (window.kind === "lastRows") await countLast(query, sources, window.rows);
}

async function countSince(
  { model, version }: QualityQuery,
  { store, table }: RowSources,
  since: number,
): Promise<void> {
  for await (const rows of readRowPages(store, { model, version, since })) {
    for (const row of rows) {
      const group = await table.find(row.slice);
      if (group === undefined) continue;
      group.window.add(row);
      if (row.predictedAt >= since && row.truth !== undefined) group.covered += 1;
    }
  }
}

async function countLast(
  { model, version }: QualityQuery,
  { store, table }: RowSources,
  most: number,
): Promise<void> {
  for await (const rows of readRowPages(store, { model, version, since: 0 })) {
    await addLast(rows, table, most);
    if (table.all().every((group) => isComplete(group, most))) return;
  }
}

async function addLast(
  rows: readonly FeedbackEvent[],
  table: GroupTable,
  most: number,
): Promise<void> {
  for (const row of rows) {
    const group = await table.find(row.slice);
    if (group !== undefined && group.window.rows() < most) group.window.add(row);
  }
}

/** Says whether a group has as many rows as are asked for, or all that were ever reported. */
function isComplete({ window, tallies }: Group, most: number): boolean {
  const reported = tallies.reduce((sum, tally) => sum + tally.rows(), 0);
  return window.rows() >= Math.min(most, reported);
}
