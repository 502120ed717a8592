import { setImmediate } from "node:timers/promises";
import type { Executor } from "./executor.ts";

/**
 * Makes an executor for a model that runs in `workers` worker threads: that many
 * tasks at once, the rest waiting, first come, first served. Before each the
 * event loop has a turn, in which more calls may come and callers may leave.
 */
export function createPoolExecutor(workers: number): Executor {
  const queue: (() => Promise<void>)[] = [];
  let free = workers;

  const drain = async (): Promise<void> => {
    free -= 1;
    while (queue.length > 0) {
      await setImmediate();
      await queue.shift()?.();
    }
    free += 1;
  };

  return {
    get queueLength() {
      return queue.length;
    },
    execute: <Result>(task: () => Promise<Result>) =>
      new Promise<Result>((resolve, reject) => {
        queue.push(() => task().then(resolve, reject));
        if (free > 0) void drain();
      }),
  };
}
