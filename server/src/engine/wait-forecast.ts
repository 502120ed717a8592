import type { QueueSize } from "./call-queue.ts";
import type { Engine } from "./engine.ts";
import type { LatencyModel } from "./latency-model.ts";

/** What lies before a call that comes now. */
export interface Wait {
  /** The runs that begin before its own. */
  readonly runs: number;
  /** How long it will wait until its own run begins, in milliseconds. */
  readonly ms: number;
}

/** Foresees how long calls of a version will wait for their run. */
export interface WaitForecast {
  /** Takes note that a run of so many rows begins; what it returns is called at the run's end. */
  began(rows: number): () => void;
  /** Foresees the wait of a call of so many rows, with `ahead` before it. */
  wait(ahead: QueueSize, rows: number): Wait;
}

/** What waits are foreseen from. */
export interface WaitForecastParts {
  readonly engine: Pick<Engine, "executor" | "parallel">;
  readonly latency: LatencyModel;
  /** The most rows of a merged run. */
  readonly maxRows: number;
  /** The time in milliseconds, from any beginning. @default performance.now */
  readonly now?: () => number;
}

/**
 * Makes a forecast: what is ahead takes as long as runs of that size took, shared
 * out among the workers, and each version that uses the executor has its part.
 */
export function createWaitForecast(parts: WaitForecastParts): WaitForecast {
  const { engine, latency, maxRows, now = () => performance.now() } = parts;
  let running = 0;
  /** The sum of the times at which the runs in progress should end. */
  let ends = 0;

  return {
    began(rows) {
      const end = now() + latency.estimate(rows);
      running += 1;
      ends += end;
      return () => {
        running -= 1;
        ends = running === 0 ? 0 : ends - end;
      };
    },
    wait(ahead, rows) {
      const { executor, parallel } = engine;
      const left = running < parallel ? 0 : Math.max(0, ends - running * now());
      const runs =
        ahead.rows + rows <= maxRows ? 0 : Math.min(ahead.calls, Math.ceil(ahead.rows / maxRows));
      if (runs === 0) return { runs, ms: left / parallel };
      const queued = runs * latency.estimate(Math.ceil(ahead.rows / runs)) * executor.sharers;
      return { runs, ms: (left + queued) / parallel };
    },
  };
}
