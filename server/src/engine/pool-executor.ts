import type { Executor } from "./executor.ts";

/**
 * Makes the executor of a version that runs in `workers` workers of its own: that
 * many tasks at once, the rest waiting, first come, first served. Before each the
 * event loop has a turn, in which more calls may come and callers may leave.
 */
export function createPoolExecutor(workers: number): Executor {
  const queue: (() => Promise<void>)[] = [];
  let free = workers;

  const turn = async (): Promise<void> => {
    await queue.shift()?.();
    if (queue.length > 0) setImmediate(() => void turn());
    else free += 1;
  };

  return {
    sharers: 1,
    get queueLength() {
      return queue.length;
    },
    execute: <Result>(task: () => Promise<Result>) =>
      new Promise<Result>((resolve, reject) => {
        queue.push(() => task().then(resolve, reject));
        if (free === 0) return;
        free -= 1;
        setImmediate(() => void turn());
      }),
  };
}
