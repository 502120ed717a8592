import { setImmediate } from "node:timers/promises";
import type { Executor } from "./executor.ts";

/**
 * Makes an executor that runs tasks on the event loop, one at a time, first
 * come, first served. Before each the event loop has a turn, in which more
 * calls may come and callers may leave.
 */
export function createInlineExecutor(): Executor {
  const queue: (() => Promise<void>)[] = [];
  let busy = false;

  const drain = async (): Promise<void> => {
    busy = true;
    while (queue.length > 0) {
      await setImmediate();
      await queue.shift()?.();
    }
    busy = false;
  };

  return {
    get queueLength() {
      return queue.length;
    },
    execute: <Result>(task: () => Promise<Result>) =>
      new Promise<Result>((resolve, reject) => {
        queue.push(async () => task().then(resolve, reject));
        if (!busy) void drain();
      }),
  };
}
