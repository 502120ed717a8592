import type { Executor, SharedExecutor } from "./executor.ts";

/** A version's part of the executor. */
interface Share {
  /** Its tasks that wait; none of them rejects. */
  readonly tasks: (() => Promise<void>)[];
  /** The time that it has had, in milliseconds, counted as if it had always had work. */
  usedMs: number;
}

/**
 * Makes the executor of all versions that run on the event loop: one task at a
 * time, and each version with tasks that wait has an equal part of the time, by
 * how long its tasks took. Before each task the event loop has a turn, in which
 * more calls may come and callers may leave.
 */
export function createInlineExecutor(now: () => number = () => performance.now()): SharedExecutor {
  /** Those with tasks that wait, in the order in which they came. */
  const waiting: Share[] = [];
  let running: Share | undefined;
  let busy = false;
  /** What the version whose turn came last had had then: one that had no work begins there. */
  let usedMs = 0;

  const take = (): Share | undefined => {
    let next = waiting[0];
    for (const share of waiting) if (next === undefined || share.usedMs < next.usedMs) next = share;
    return next;
  };

  const turn = async (): Promise<void> => {
    running = take();
    const task = running?.tasks.shift();
    if (running !== undefined && task !== undefined) {
      if (running.tasks.length === 0) waiting.splice(waiting.indexOf(running), 1);
      ({ usedMs } = running);
      const started = now();
      await task();
      running.usedMs += now() - started;
      running = undefined;
    }
    busy = waiting.length > 0;
    if (busy) setImmediate(() => void turn());
  };

  const give = (share: Share, task: () => Promise<void>): void => {
    if (share.tasks.push(task) === 1) {
      if (share !== running) share.usedMs = Math.max(share.usedMs, usedMs);
      waiting.push(share);
    }
    if (!busy) setImmediate(() => void turn());
    busy = true;
  };

  return {
    createShare(): Executor {
      const share: Share = { tasks: [], usedMs: 0 };
      return {
        get queueLength() {
          return share.tasks.length;
        },
        get sharers() {
          let count = waiting.length;
          if (share.tasks.length === 0) count += 1;
          if (running !== undefined && running !== share && running.tasks.length === 0) count += 1;
          return count;
        },
        execute: <Result>(task: () => Promise<Result>) =>
          new Promise<Result>((resolve, reject) => {
            give(share, () => task().then(resolve, reject));
          }),
      };
    },
  };
}
