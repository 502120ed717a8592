import type { Timer } from "../../server/src/transport/shutdown.ts";

/** A timer whose hour the test decides. */
export interface ManualTimer extends Timer {
  /** The delays of what is still to run, in milliseconds, shortest first. */
  pending(): readonly number[];
  /** Runs what was to run after the shortest delay. */
  fireNext(): void;
}

/** Creates a timer that runs nothing by itself. */
export function createManualTimer(): ManualTimer {
  const jobs = new Set<{ readonly ms: number; readonly run: () => void }>();
  const inOrder = (): { readonly ms: number; readonly run: () => void }[] =>
    [...jobs].toSorted((a, b) => a.ms - b.ms);
  return {
    after(ms, run) {
      const job = { ms, run };
      jobs.add(job);
      return () => void jobs.delete(job);
    },
    pending: () => inOrder().map(({ ms }) => ms),
    fireNext() {
      const [job] = inOrder();
      if (job === undefined) throw new Error("nothing is to run");
      jobs.delete(job);
      job.run();
    },
  };
}
