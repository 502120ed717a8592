import type { Clock } from "../core/clock.ts";
import type { Scorings } from "../feedback/scorings.ts";
import type { FeedbackStore } from "../feedback/store.ts";
import { createGroupTable, type Group, type GroupTable } from "./group-table.ts";
import { countHistory, historySteps } from "./history.ts";
import type { QualityGroup, QualityQuery, QualityReport } from "./quality-query.ts";
import type { SliceBook } from "./slice-book.ts";
import { createTally, type Quality } from "./tally.ts";
import { countWindow } from "./window.ts";

/** What a report is made of. */
export interface ReportSources {
  readonly book: Pick<SliceBook, "of">;
  readonly store: Pick<FeedbackStore, "readRows" | "readPredictions">;
  readonly scorings: Pick<Scorings, "find">;
  readonly clock: Clock;
}

/**
 * Tells how good the answers of a model are by what the book has counted, and
 * where there is a window or a history, by the store's rows. Rejects with
 * STORE_UNAVAILABLE.
 */
export async function reportQuality(
  query: QualityQuery,
  { book, store, scorings, clock }: ReportSources,
): Promise<QualityReport> {
  const time = clock.now();
  const table = createGroupTable(query, scorings);
  for (const { slice, tally } of book.of(query.model)) {
    (await table.find(slice))?.tallies.push(tally);
  }
  await countPredictions(query, { store, table, time });
  await countWindow(query, { store, table, time });
  await countHistory(query, { store, table, time });
  for (const known of query.known) await table.show(known);
  return { time, groups: table.all().map((group) => reportGroup(group, query, time)) };
}

async function countPredictions(
  { model, window }: QualityQuery,
  {
    store,
    table,
    time,
  }: { store: Pick<FeedbackStore, "readPredictions">; table: GroupTable; time: number },
): Promise<void> {
  if (window.kind === "lastRows") return;
  const since = window.kind === "lastMs" ? [time - window.ms] : [];
  for (const { slice, rows } of await store.readPredictions(model, ...since)) {
    const group = await table.find(slice);
    if (group !== undefined) group.predictions += rows;
  }
}

function reportGroup(group: Group, query: QualityQuery, time: number): QualityGroup {
  const { name, scoring, predictions } = group;
  const hasAll = query.window.kind === "all";
  const quality = hasAll ? qualityOfAll(group) : group.window.snapshot();
  const covered = hasAll ? quality.samples : group.covered;
  const share = predictions === 0 ? 0 : Math.min(covered / predictions, 1);
  const isCounted = query.window.kind !== "lastRows";
  return {
    ...name,
    scoring,
    quality,
    predictions: isCounted ? predictions : undefined,
    coverage: isCounted ? share : undefined,
    history: historySteps(group, query.history, time),
  };
}

function qualityOfAll({ scoring, tallies }: Group): Quality {
  const [only, ...others] = tallies;
  if (only !== undefined && others.length === 0) return only.snapshot();
  const merged = createTally(scoring);
  for (const tally of tallies) merged.merge(tally.save());
  return merged.snapshot();
}
