import type { Log } from "../core/log.ts";
import type { Engine, Place, Trials } from "./engine.ts";
import type { SharedExecutor } from "./executor.ts";
import { createMovableEngine } from "./movable-engine.ts";
import { createPoolExecutor } from "./pool-executor.ts";
import { timeRun } from "./run-timer.ts";
import type { LoadOptions, Runtime } from "./runtime.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** A model file, and how its owner wants it to run. */
export interface EngineFile {
  readonly path: string;
  /** Where it runs; undefined is measured. */
  readonly place: Place | undefined;
  /** The number of workers, where it does not run inline. */
  readonly workers: number;
  readonly load: LoadOptions;
}

/** Loads model files, each into the place where it runs best. */
export interface EngineLoader {
  /** Loads a file, and runs nothing. Rejects with an Error that says why it cannot. */
  load(file: EngineFile): Promise<Engine>;
  /**
   * Warms an engine, and where its place is not given, measures its runs and
   * moves it to a pool if they are slow; then the engine that was given is freed.
   */
  settle(engine: Engine, file: EngineFile, trials: Trials): Promise<Engine>;
}

/** What an engine loader works with. */
export interface EngineLoaderParts {
  readonly runtime: Runtime;
  /** The cores that are this process's share: a pool's threads share them. */
  readonly cores: number;
  /** The executor of everything that runs on the event loop. */
  readonly inline: SharedExecutor;
  /** Is told why a worker failed. */
  readonly reportFault: (fault: unknown) => void;
  /** Is told when an engine moves. */
  readonly log: Log;
}

/**
 * Runs at least this long, in milliseconds, go to a pool. The way to a worker and
 * back, copies of 30 numbers included, was measured on 2 shared cores (5,000
 * round trips): 0.1 ms at the median, 0.3 ms at p99. So a pool costs a run of
 * 1 ms a tenth more, while inline it would keep everything else waiting for
 * longer than most calls take in all.
 */
const poolFromMs = 1;

/** An inline version whose runs later take so many times longer than that is moved. */
const moveFactor = 4;

/** A first run this long, in milliseconds, is not explained by what first runs do once. */
const surelySlowMs = 20;

const measuredRuns = 5;

/** Makes a loader of the files that a runtime can run. */
export function createEngineLoader({
  runtime,
  cores,
  inline,
  reportFault,
  log,
}: EngineLoaderParts): EngineLoader {
  const startPool = async ({ place, path, workers, load }: EngineFile): Promise<Engine> => {
    if (runtime.worker === undefined)
      throw new Error(`the runtime ${runtime.name} has no worker, so it runs inline only`);
    const share = Math.max(1, Math.floor(cores / workers));
    const model = await createWorkerPool({
      kind: place === "process" ? "process" : "thread",
      entry: runtime.worker,
      path,
      size: workers,
      load: { intraOpThreads: share, ...load },
      reportFault,
    });
    return {
      place: place === "process" ? "process" : "pool",
      model,
      executor: createPoolExecutor(workers),
      parallel: workers,
    };
  };

  const startWarmPool = async (file: EngineFile, trials: Trials): Promise<Engine> => {
    const pool = await startPool(file);
    await warm(pool, trials);
    return pool;
  };

  return {
    async load(file) {
      if (file.place === "pool" || file.place === "process") return startPool(file);
      // Short runs gain nothing from more threads, and waking them can double their cost.
      const model = await runtime.load(file.path, { intraOpThreads: 1, ...file.load });
      return { place: "inline", model, executor: inline.createShare(), parallel: 1 };
    },
    async settle(engine, file, trials) {
      const firstMs = await warm(engine, trials);
      if (file.place !== undefined || runtime.worker === undefined) return engine;
      const runMs = firstMs < surelySlowMs ? await measure(engine, trials) : firstMs;
      if (runMs < poolFromMs) {
        return createMovableEngine({
          inline: engine,
          startPool: () => startWarmPool(file, trials),
          slowMs: poolFromMs * moveFactor,
          moved: () =>
            log("info", `runs are slow, and happen in worker threads from now on: ${file.path}`, {
              file: file.path,
              executor: "pool",
            }),
          reportFault,
        });
      }
      const pool = await startWarmPool(file, trials);
      await engine.model.release();
      return pool;
    },
  };
}

/**
 * Runs a model once, in each of its workers, so that the first caller does not
 * pay for its start, and gives the duration in milliseconds; 0 where it fails.
 */
async function warm({ model, executor, parallel }: Engine, trials: Trials): Promise<number> {
  let durationMs = 0;
  const run = (): Promise<unknown> =>
    timeRun(model, trials.first.tensors, trials.outputs, {
      record: (took) => {
        durationMs = took;
      },
    });
  // A model may rightly refuse this input; only its golden examples say what it must take.
  await Promise.allSettled(Array.from({ length: parallel }, () => executor.execute(run)));
  return durationMs;
}

/** Gives the median duration of runs of one row, in milliseconds; 0 where all fail. */
async function measure({ model, executor }: Engine, trials: Trials): Promise<number> {
  const durations: number[] = [];
  const record = (took: number): void => void durations.push(took);
  for (let turn = 0; turn < measuredRuns; turn += 1) {
    const feeds = trials.rows[turn % trials.rows.length];
    if (feeds === undefined) break;
    try {
      await executor.execute(() => timeRun(model, feeds.tensors, trials.outputs, { record }));
    } catch {
      // As when warming.
    }
  }
  durations.sort((a, b) => a - b);
  return durations[durations.length >> 1] ?? 0;
}
