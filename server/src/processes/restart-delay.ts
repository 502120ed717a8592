/** Says how long to wait before a process that died is replaced. */
export interface RestartDelay {
  /**
   * The wait, in milliseconds, after a process died that had served for so many
   * milliseconds: none, then 1 s, doubled at each further death up to 30 s. A
   * process that served for a minute begins anew.
   */
  next(servedMs: number): number;
}

const steadyMs = 60_000;
const [firstDelayMs, longestDelayMs] = [1000, 30_000];

/** Makes the delay of one place in a group of processes. */
export function createRestartDelay(): RestartDelay {
  let deaths = 0;
  return {
    next(servedMs) {
      if (servedMs >= steadyMs) deaths = 0;
      const delay = deaths === 0 ? 0 : Math.min(firstDelayMs * 2 ** (deaths - 1), longestDelayMs);
      deaths += 1;
      return delay;
    },
  };
}
