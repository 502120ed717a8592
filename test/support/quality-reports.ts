import type { RowReport, Slice } from "../../server/src/core/feedback.ts";
import type { FeedbackStore, PredictionCount } from "../../server/src/feedback/store.ts";
import type { QualityGroup, QualityQuery } from "../../server/src/quality/quality-query.ts";
import type { Quality } from "../../server/src/quality/tally.ts";
import { createTracker, type Tracker } from "../../server/src/quality/tracker.ts";
import { createMemoryStore } from "./memory-store.ts";
import { exampleScorings, scoredSlice } from "./scored-reports.ts";

/** The time of all that is asked, in milliseconds since 1970. */
export const now = 1_000_500;

/** Asks for all feedback of the model `m`, by version. */
export const everything: QualityQuery = {
  model: "m",
  version: undefined,
  alias: undefined,
  policy: undefined,
  groupBy: ["version"],
  window: { kind: "all" },
  history: undefined,
  known: [],
};

/** Makes a tracker of a store. */
export function trackerOf(store: FeedbackStore): Tracker {
  return createTracker({ store, scorings: exampleScorings, clock: { now: () => now } });
}

/** Asks a tracker how good the model is as a whole, or version 1 before anything is known. */
export async function qualityOf(tracker: Tracker): Promise<Quality | undefined> {
  const known = [{ model: "m", version: "1", scoring: "binary" }];
  const { groups } = await tracker.metrics({ ...everything, groupBy: [], known });
  return groups[0]?.quality;
}

/** Asks a store, through a tracker of its own. */
export async function askQuality(
  store: FeedbackStore,
  query: Partial<QualityQuery> = {},
): Promise<readonly QualityGroup[]> {
  const { groups } = await trackerOf(store).metrics({ ...everything, ...query });
  return groups;
}

/** Makes a store of some reports. */
export async function storeOf(...reports: RowReport[]): Promise<FeedbackStore> {
  const store = createMemoryStore();
  await store.commit(reports);
  return store;
}

/** The name of a group, its task, and of how many rows the truth is known. */
export function outline({ version, alias, policy, scoring, quality }: QualityGroup): unknown[] {
  return [version, alias, policy, scoring.kind, quality.samples];
}

/** Rows that were predicted. */
export function predicted(slice: Partial<Slice>, rows: number, from: number = 0): PredictionCount {
  return { slice: { ...scoredSlice, ...slice }, rows, from };
}
