import { setImmediate } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { abortError, deadlineError } from "../core/errors.ts";
import type { Executor } from "./executor.ts";

interface QueuedTask {
  /** Runs the task and settles its promise; never rejects. */
  run(): Promise<void>;
}

/**
 * Makes an executor that runs tasks on the event loop, one at a time, first
 * come, first served. Between two of them the event loop has a turn, in which
 * callers may leave.
 */
export function createInlineExecutor(clock: Clock): Executor {
  const queue = new Set<QueuedTask>();
  let busy = false;

  const drain = async (): Promise<void> => {
    busy = true;
    for (const task of queue) {
      queue.delete(task);
      await task.run();
      if (queue.size > 0) await setImmediate();
    }
    busy = false;
  };

  return {
    get queueLength() {
      return queue.size;
    },
    execute: <Result>(
      task: () => Promise<Result>,
      signal: AbortSignal,
      deadline: number = Number.POSITIVE_INFINITY,
    ) =>
      new Promise<Result>((resolve, reject) => {
        if (signal.aborted) {
          reject(abortError(signal));
          return;
        }
        const queued: QueuedTask = {
          async run() {
            signal.removeEventListener("abort", leave);
            try {
              // A run blocks the event loop, and with it the timer of a deadline: the clock tells.
              if (clock.now() >= deadline) throw deadlineError();
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
