import { ServingError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { type ModelSpecs, type RemoteModel, startRemoteModel } from "./remote-model.ts";
import type { LoadOptions, RunnableModel } from "./runtime.ts";
import type { WorkerKind } from "./worker-host.ts";

/** How a pool of workers is made. */
export interface WorkerPoolOptions {
  /** What the workers are. @default "thread" */
  readonly kind?: WorkerKind;
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
 * Loads a model file in workers. The model that it gives runs in any of
 * them that is free. A worker that fails costs the run that it was at, which
 * rejects with ENGINE_FAILED, and is replaced: at once, and where workers fail
 * one after the other without an answer between, after 0.1 s, doubled up to 2 s.
 * Rejects with an Error that says why the file cannot be loaded.
 */
export async function createWorkerPool(options: WorkerPoolOptions): Promise<RunnableModel> {
  const {
    kind = "thread",
    entry,
    path,
    load = {},
    size,
    heapMiB = defaultHeapMiB,
    reportFault,
  } = options;
  const workers = new Set<RemoteModel>();
  const idle: RemoteModel[] = [];
  const waiting: Waiting[] = [];
  const backoffs = new Set<NodeJS.Timeout>();
  let failures = 0;
  let retryAt = 0;
  let closing = false;
  /** Known once every worker was ready. */
  let specs: ModelSpecs | undefined;

  const start = (): Promise<ModelSpecs> => {
    const worker = startRemoteModel({ kind, entry, task: { path, options: load }, heapMiB });
    workers.add(worker);
    void worker.ended.then((cause) => replace(worker, cause));
    void worker.ready.then(
      () => offer(worker),
      () => {},
    );
    return worker.ready;
  };

  const offer = (worker: RemoteModel): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else void give(worker, next);
  };

  const give = async (worker: RemoteModel, { feeds, outputs, resolve }: Waiting): Promise<void> => {
    const run = worker.run(feeds, outputs);
    resolve(run);
    const alive = await run.then(
      () => true,
      (error: unknown) => !isEngineFailure(error),
    );
    if (!alive) return;
    failures = 0;
    offer(worker);
  };

  const replace = (worker: RemoteModel, cause: string): void => {
    workers.delete(worker);
    const index = idle.indexOf(worker);
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
    if (workers.size === 0) for (const each of waiting.splice(0)) each.reject(failedLately());
  };

  const failedLately = (): ServingError =>
    new ServingError("ENGINE_FAILED", "the engine failed several times, and is being replaced", {
      retryAfterMs: Math.max(1, Math.ceil(retryAt - performance.now())),
    });

  const release = async (): Promise<void> => {
    closing = true;
    for (const timer of backoffs) clearTimeout(timer);
    for (const each of waiting.splice(0)) each.reject(unloaded());
    await Promise.all(Array.from(workers, (worker) => worker.close()));
  };

  try {
    const [first] = await Promise.all(Array.from({ length: size }, start));
    specs = first ?? { inputs: [], outputs: [] };
  } catch (error) {
    await release();
    throw error;
  }
  // One that failed before the last was ready.
  while (workers.size < size) void start().catch(() => {});
  return {
    inputs: specs.inputs,
    outputs: specs.outputs,
    run: (feeds, outputs) =>
      new Promise((resolve, reject) => {
        const call = { feeds, outputs, resolve, reject };
        const worker = idle.shift();
        if (closing) reject(unloaded());
        else if (worker !== undefined) void give(worker, call);
        else if (workers.size === 0) reject(failedLately());
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
