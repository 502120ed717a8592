import { mergeSnapshots } from "../telemetry/merge.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import type { Timer } from "../transport/shutdown.ts";
import type { Member } from "./member.ts";

/** Whoever tells what it measures. */
export type Teller = Pick<Member, "collect">;

/** What all processes measure together. */
export interface WholeMetrics {
  /** Asks this one, too, from now on. */
  add(teller: Teller): void;
  /** Asks it no more; what it told last still counts in totals. */
  remove(teller: Teller): void;
  /**
   * Asks everyone, for at most a second. Of whoever has not answered by then
   * counts only what it told last, in totals: those never go back.
   */
  collect(): Promise<Snapshot>;
}

const longestMs = 1000;
const nothing: Snapshot = { numbers: [], histograms: [] };

/** Makes the metrics of nobody. */
export function createWholeMetrics(timer: Timer): WholeMetrics {
  /** What each has told last. */
  const told = new Map<Teller, Snapshot>();
  let left = nothing;

  /** Resolves to whether it has answered in time. */
  const ask = (teller: Teller): Promise<boolean> =>
    new Promise((resolve) => {
      const cancel = timer.after(longestMs, () => resolve(false));
      void teller.collect().then((snapshot) => {
        cancel();
        if (told.has(teller)) told.set(teller, snapshot);
        resolve(true);
      });
    });

  return {
    add: (teller) => void told.set(teller, nothing),
    remove(teller) {
      left = mergeSnapshots([left, totalsOf(told.get(teller) ?? nothing)]);
      told.delete(teller);
    },
    async collect() {
      const asked = [...told.keys()];
      const answers = await Promise.all(asked.map(ask));
      const silent = new Set(asked.filter((_, index) => answers[index] === false));
      const parts = [...told].map(([teller, snapshot]) =>
        silent.has(teller) ? totalsOf(snapshot) : snapshot,
      );
      return mergeSnapshots([left, ...parts]);
    },
  };
}

/** What only ever grows. */
function totalsOf({ numbers, histograms }: Snapshot): Snapshot {
  return {
    numbers: numbers.filter(({ instrument }) => instrument.kind === "counter"),
    histograms,
  };
}
