import { ServingError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import type { LoadOptions, RunnableModel } from "./runtime.ts";
import { type ModelSpecs, startWorkerThread, type WorkerThread } from "./worker-thread.ts";

/** How a pool of workers is made. */
export interface WorkerPoolOptions {
  /** The file that each worker begins with (see `Runtime.worker`). */
  readonly entry: URL;
  /** The model file that each worker loads. */
  readonly path: string;
  /** How each worker loads it. @default none */
  readonly load?: LoadOptions;
  /** The number of workers: of runs at once. */
  readonly size: number;
  /** The most memory of one worker for texts, in MiB; a worker that needs more fails. @default 1024 */
  readonly heapMiB?: number;
  /** Is told why a worker failed. @default nobody is told */
  readonly reportFault?: (fault: unknown) => void;
}

interface Waiting {
  readonly feeds: readonly Tensor[];
  readonly outputs: readonly string[];
  readonly resolve: (outputs: Promise<readonly Tensor[]>) => void;
  readonly reject: (error: unknown) => void;
}

const defaultHeapMiB = 1024;
const [firstBackoffMs, longestBackoffMs] = [100, 2000];

/**
 * Loads a model file in worker threads. The model that it gives runs in any of
 * them that is free. A worker that fails costs the run that it was at, which
 * rejects with ENGINE_FAILED, and is replaced: at once, and where workers fail
 * one after the other without an answer between, after 0.1 s, doubled up to 2 s.
 * Rejects with an Error that says why the file cannot be loaded.
 */
export async function createWorkerPool(options: WorkerPoolOptions): Promise<RunnableModel> {
  const { entry, path, load = {}, size, heapMiB = defaultHeapMiB, reportFault } = options;
  const threads = new Set<WorkerThread>();
  const idle: WorkerThread[] = [];
  const waiting: Waiting[] = [];
  const backoffs = new Set<NodeJS.Timeout>();
  let failures = 0;
  let retryAt = 0;
  let closing = false;
  /** Known once every worker was ready. */
  let specs: ModelSpecs | undefined;

  const start = (): Promise<ModelSpecs> => {
    const thread = startWorkerThread({ entry, path, options: load, heapMiB });
    threads.add(thread);
    void thread.ended.then((cause) => replace(thread, cause));
    void thread.ready.then(
      () => offer(thread),
      () => {},
    );
    return thread.ready;
  };

  const offer = (thread: WorkerThread): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else void give(thread, next);
  };

  const give = async (
    thread: WorkerThread,
    { feeds, outputs, resolve }: Waiting,
  ): Promise<void> => {
    const run = thread.run(feeds, outputs);
    resolve(run);
    const alive = await run.then(
      () => true,
      (error: unknown) => !isEngineFailure(error),
    );
    if (!alive) return;
    failures = 0;
    offer(thread);
  };

  const replace = (thread: WorkerThread, cause: string): void => {
    threads.delete(thread);
    const index = idle.indexOf(thread);
    if (index >= 0) idle.splice(index, 1);
    if (closing || specs === undefined) return;
    reportFault?.(new Error(`a worker failed and is replaced (${path}): ${cause}`));
    const delay =
      failures === 0 ? 0 : Math.min(firstBackoffMs * 2 ** (failures - 1), longestBackoffMs);
    failures += 1;
    if (delay === 0) {
      void start().catch(() => {});
      return;
    }
    retryAt = performance.now() + delay;
    const timer = setTimeout(() => {
      backoffs.delete(timer);
      void start().catch(() => {});
    }, delay);
    backoffs.add(timer);
    if (threads.size === 0) for (const each of waiting.splice(0)) each.reject(failedLately());
  };

  const failedLately = (): ServingError =>
    new ServingError("ENGINE_FAILED", "the engine failed several times, and is being replaced", {
      retryAfterMs: Math.max(1, Math.ceil(retryAt - performance.now())),
    });

  const release = async (): Promise<void> => {
    closing = true;
    for (const timer of backoffs) clearTimeout(timer);
    for (const each of waiting.splice(0)) each.reject(unloaded());
    await Promise.all(Array.from(threads, (thread) => thread.close()));
  };

  try {
    const [first] = await Promise.all(Array.from({ length: size }, start));
    specs = first ?? { inputs: [], outputs: [] };
  } catch (error) {
    await release();
    throw error;
  }
  // One that failed before the last was ready.
  while (threads.size < size) void start().catch(() => {});
  return {
    inputs: specs.inputs,
    outputs: specs.outputs,
    run: (feeds, outputs) =>
      new Promise((resolve, reject) => {
        const call = { feeds, outputs, resolve, reject };
        const thread = idle.shift();
        if (closing) reject(unloaded());
        else if (thread !== undefined) void give(thread, call);
        else if (threads.size === 0) reject(failedLately());
        else waiting.push(call);
      }),
    release,
  };
}

function unloaded(): ServingError {
  return new ServingError("VERSION_NOT_READY", "the version is unloaded");
}

function isEngineFailure(error: unknown): boolean {
  return error instanceof ServingError && error.reason === "ENGINE_FAILED";
}
