import { abortError } from "../core/errors.ts";
import type { Executor } from "./executor.ts";

interface QueuedTask {
  /** Runs the task and settles its promise; never rejects. */
  run(): Promise<void>;
}

/**
 * Makes an executor that runs tasks on the event loop, one at a time, first
 * come, first served.
 */
export function createInlineExecutor(): Executor {
  const queue = new Set<QueuedTask>();
  let busy = false;

  const drain = async (): Promise<void> => {
    busy = true;
    for (const task of queue) {
      queue.delete(task);
      await task.run();
    }
    busy = false;
  };

  return {
    get queueLength() {
      return queue.size;
    },
    execute: <Result>(task: () => Promise<Result>, signal: AbortSignal) =>
      new Promise<Result>((resolve, reject) => {
        if (signal.aborted) {
          reject(abortError(signal));
          return;
        }
        const queued: QueuedTask = {
          async run() {
            signal.removeEventListener("abort", leave);
            try {
              resolve(await task());
            } catch (error) {
              reject(error);
            }
          },
        };
        const leave = (): void => {
          queue.delete(queued);
          reject(abortError(signal));
        };
        signal.addEventListener("abort", leave, { once: true });
        queue.add(queued);
        if (!busy) void drain();
      }),
  };
}
