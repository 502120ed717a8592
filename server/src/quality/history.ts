import type { Group } from "./group-table.ts";
import type { QualityHistory, QualityQuery, QualityStep } from "./quality-query.ts";
import { readRowPages } from "./row-pages.ts";
import { createTally, type Tally } from "./tally.ts";
import type { RowSources } from "./window.ts";

/** Counts the rows of a query's steps of time into its groups. A row belongs to the step in which it was last reported. */
export async function countHistory(
  { model, version, history }: QualityQuery,
  { store, table, time }: RowSources,
): Promise<void> {
  if (history === undefined) return;
  const since = firstStart(history, time);
  for await (const rows of readRowPages(store, { model, version, since })) {
    for (const row of rows) {
      const group = await table.find(row.slice);
      const step = Math.floor((row.reportedAt - since) / history.stepMs);
      // The clock of another server may be ahead: its rows are of the step under way.
      if (group !== undefined) stepOf(group, Math.min(step, history.steps - 1)).add(row);
    }
  }
}

/** Returns a group's steps of time, the earliest first; none unless some were asked for. */
export function historySteps(
  { steps, scoring }: Group,
  history: QualityHistory | undefined,
  time: number,
): QualityStep[] {
  if (history === undefined) return [];
  const start = firstStart(history, time);
  const nothing = createTally(scoring).snapshot();
  return Array.from({ length: history.steps }, (_, index) => ({
    start: start + index * history.stepMs,
    quality: steps.get(index)?.snapshot() ?? nothing,
  }));
}

function stepOf({ steps, scoring }: Group, index: number): Tally {
  const found = steps.get(index) ?? createTally(scoring);
  steps.set(index, found);
  return found;
}

function firstStart({ stepMs, steps }: QualityHistory, time: number): number {
  return (Math.floor(time / stepMs) - steps + 1) * stepMs;
}
