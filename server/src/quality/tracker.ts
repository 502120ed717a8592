import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import type { Scorings } from "../feedback/scorings.ts";
import type { FeedbackStore, Snapshot } from "../feedback/store.ts";
import type { QualityQuery, QualityReport } from "./quality-query.ts";
import { reportQuality } from "./report.ts";
import { createSliceBook, isCurrent } from "./slice-book.ts";

/** Keeps count of how good answers are, by all the feedback of a store. */
export interface Tracker {
  /**
   * Counts every event that was committed before the call. Rejects with
   * STORE_UNAVAILABLE; what was counted until then stays, and the next call goes
   * on from there.
   */
  catchUp(): Promise<void>;
  /** Tells how good a model is, by all that was committed before the call. Rejects with STORE_UNAVAILABLE. */
  metrics(query: QualityQuery): Promise<QualityReport>;
  /** Grows whenever `catchUp` counted feedback of a model; 0 before it ever did. */
  revision(model: string): number;
  /** All that is counted, for `saveSnapshot` of the store. */
  snapshot(): Snapshot;
}

/** What a tracker needs. */
export interface TrackerOptions {
  readonly store: Pick<
    FeedbackStore,
    "readEvents" | "readSnapshot" | "readRows" | "readPredictions"
  >;
  readonly scorings: Pick<Scorings, "find">;
  readonly clock: Clock;
}

/** So few that counting them holds up no call for long. */
const eventsOfPage = 1000;

/** Makes a tracker that has counted nothing yet. */
export function createTracker({ store, scorings, clock }: TrackerOptions): Tracker {
  const book = createSliceBook(scorings);
  let running: Promise<void> | undefined;
  let queued: Promise<void> | undefined;

  const begin = async (): Promise<void> => {
    const saved = await store.readSnapshot();
    if (saved !== undefined && isCurrent(saved)) await book.replace(saved);
  };
  const readAll = async (): Promise<void> => {
    if (book.position() === 0) await begin();
    for (;;) {
      const page = await store.readEvents(book.position(), eventsOfPage);
      if (page.kind === "snapshot") await book.replace(page.snapshot);
      else if (page.events.length === 0) return;
      else await book.fold(page.events);
      await setImmediate();
    }
  };
  const start = (): Promise<void> => {
    running = readAll().finally(() => {
      running = undefined;
    });
    return running;
  };
  const startQueued = (): Promise<void> => {
    queued = undefined;
    return running ?? start();
  };
  const catchUp = (): Promise<void> => {
    if (running === undefined) return start();
    // The run under way may have read too early for this caller; the next one serves all who wait.
    queued ??= running.then(startQueued, startQueued);
    return queued;
  };

  return {
    catchUp,
    async metrics(query) {
      await catchUp();
      return reportQuality(query, { book, store, scorings, clock });
    },
    revision: (model) => book.revision(model),
    snapshot: () => book.snapshot(),
  };
}
