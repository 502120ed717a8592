/** Runs something later; the tests put a clock of their own in its place. */
export interface Timer {
  /** Calls `run` once after `ms` milliseconds; the answer cancels that. */
  after(ms: number, run: () => void): () => void;
}

/** The timer of the running process. */
export const systemTimer: Timer = {
  after(ms, run) {
    const handle = setTimeout(run, ms);
    return () => clearTimeout(handle);
  },
};

/** How the connections of a listener ended. */
export interface DrainReport {
  /** Connections that were open when the drain began. */
  readonly open: number;
  /** Connections that were still open at the deadline and were cut. */
  readonly cut: number;
}

/** What can be drained: the steps, without their order. */
export interface Drainable {
  /** Refuses new connections, calls back once none is left, and tells how many are open now. */
  stopAccepting(whenEmpty: () => void): number;
  /** Tells every client that the end is near, while all of their calls are still served. */
  announceEnd(): void;
  /** Closes what is idle now, and everything else as soon as its calls are answered. */
  closeWhenIdle(): void;
  /** Cuts every connection that is left and tells how many those were. */
  cut(): number;
}

/** When each step of a drain is taken, in milliseconds from its start. */
export interface DrainTimes {
  /** From the announcement until idle connections are closed. */
  readonly graceMs: number;
  /** Until what is left is cut. */
  readonly deadlineMs: number;
}

/**
 * Ends all connections in one order: stop accepting, announce the end, wait for the grace (calls
 * under way to the server while it announced are still answered), close what is idle, cut what is
 * left at the deadline. It resolves as soon as no connection is left and never rejects.
 */
export function drainConnections(
  target: Drainable,
  times: DrainTimes,
  timer: Timer = systemTimer,
): Promise<DrainReport> {
  return new Promise((resolve) => {
    let cut = 0;
    const cancelGrace = timer.after(Math.min(times.graceMs, times.deadlineMs), () =>
      target.closeWhenIdle(),
    );
    const cancelDeadline = timer.after(times.deadlineMs, () => {
      cut = target.cut();
    });
    const open = target.stopAccepting(() => {
      cancelGrace();
      cancelDeadline();
      resolve({ open, cut });
    });
    target.announceEnd();
  });
}
