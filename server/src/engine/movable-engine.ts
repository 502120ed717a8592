import type { Engine } from "./engine.ts";
import { timeRun } from "./run-timer.ts";

/** What an engine that may move is made of. */
export interface MovableEngineOptions {
  /** The engine that it begins with. */
  readonly inline: Engine;
  /** Starts the engine that it moves to. */
  readonly startPool: () => Promise<Engine>;
  /** Runs longer than this, in milliseconds, are slow. */
  readonly slowMs: number;
  /** Is told when it has moved. @default nobody is told */
  readonly moved?: () => void;
  /** Is told why it could not move. */
  readonly reportFault: (fault: unknown) => void;
  /** The time in milliseconds, from any beginning. @default performance.now */
  readonly now?: () => number;
}

/** So many slow runs in a row are no accident. */
const slowRunsToMove = 20;

/**
 * Makes an engine that runs inline until its runs turn out to be slow, and then
 * moves to a pool: the pool is started first, runs go on inline meanwhile, and
 * the inline model is freed after its last one. It moves once, and not back.
 */
export function createMovableEngine(options: MovableEngineOptions): Engine {
  const { inline, startPool, slowMs, moved, reportFault, now } = options;
  let current = inline;
  let slowRuns = 0;
  let inlineRuns = 0;
  let lastInlineRun: (() => void) | undefined;
  let moving: Promise<void> | undefined;
  let released = false;

  const record = (durationMs: number): void => {
    slowRuns = durationMs > slowMs ? slowRuns + 1 : 0;
    if (slowRuns >= slowRunsToMove && !released) moving ??= move().catch(reportFault);
  };

  const move = async (): Promise<void> => {
    const pool = await startPool();
    if (released) {
      await pool.model.release();
      return;
    }
    current = pool;
    moved?.();
    if (inlineRuns > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      lastInlineRun = resolve;
      await promise;
    }
    await inline.model.release();
  };

  return {
    get place() {
      return current.place;
    },
    get parallel() {
      return current.parallel;
    },
    executor: {
      get queueLength() {
        return current.executor.queueLength;
      },
      get sharers() {
        return current.executor.sharers;
      },
      execute: (task) => current.executor.execute(task),
    },
    model: {
      inputs: inline.model.inputs,
      outputs: inline.model.outputs,
      async run(feeds, outputs) {
        if (current !== inline) return current.model.run(feeds, outputs);
        inlineRuns += 1;
        try {
          return await timeRun(inline.model, feeds, outputs, {
            record,
            ...(now === undefined ? {} : { now }),
          });
        } finally {
          inlineRuns -= 1;
          if (inlineRuns === 0) lastInlineRun?.();
        }
      },
      async release() {
        released = true;
        await moving;
        await current.model.release();
      },
    },
  };
}
