import { measureDisk } from "./disk.ts";
import { measureDriftCost } from "./drift-cost.ts";
import { type IdRound, measureIds } from "./ids.ts";
import { median } from "./latency.ts";
import type { LoadGenerator } from "./load/start.ts";
import type { Plan } from "./options.ts";
import { measureStores, type StoreKind, type StoreRow } from "./stores.ts";
import { judgeAll, least, most, type Target } from "./targets.ts";

/** What `--feedback` measured. */
export interface FeedbackFigures {
  /** The median of what the disk takes to keep a page for good, in milliseconds. */
  readonly diskMs: number;
  readonly stores: readonly StoreRow[];
  /** What ids that hold the answers cost Predict. */
  readonly ids: readonly IdRound[];
  /** What looking for drift costs a call at the rate of `ids`, in microseconds. */
  readonly driftMicros: number;
}

/** Measures feedback in each kind of store, and what its ids cost predictions. */
export async function measureFeedback(
  load: LoadGenerator,
  plan: Plan,
  tell: (text: string) => void,
): Promise<FeedbackFigures> {
  const diskMs = measureDisk();
  const ids = await measureIds(load, plan, tell);
  const driftMicros = await measureDriftCost(median(ids.map(({ on }) => on.rate)));
  const stores = await measureStores(load, plan, tell);
  return { diskMs, stores, ids, driftMicros };
}

/** Lays what was measured beside what is promised. Ratios are medians of each round's own ratio. */
export function judgeFeedback({ stores, ids, driftMicros }: FeedbackFigures): readonly Target[] {
  const gain = (kind: StoreKind): number =>
    median(
      (stores.find(({ store }) => store === kind)?.rounds ?? []).map(
        ({ many, single }) => many.rate / single.rate,
      ),
    );
  return judgeAll([
    least("rows a second in SQLite: many calls / one at a time", 10, gain("sqlite")),
    least("rows a second in PostgreSQL: many calls / one at a time", 10, gain("postgres")),
    least(
      "rate of Predict: with ids for feedback / store off",
      0.95,
      median(ids.map(({ on, off }) => on.rate / off.rate)),
    ),
    least(
      "Predict for the same CPU time: with ids for feedback / store off",
      0.95,
      median(ids.map(({ on, off }) => off.cpuMicros / on.cpuMicros)),
    ),
    most(
      "looking for drift / the CPU time of a call",
      0.02,
      driftMicros / median(ids.map(({ on }) => on.cpuMicros)),
    ),
  ]);
}
