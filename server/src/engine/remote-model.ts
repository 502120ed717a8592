import { ServingError } from "../core/errors.ts";
import type { TensorSpec } from "../core/signature.ts";
import { holdTensorAlone } from "../core/sole-memory.ts";
import type { Tensor } from "../core/tensor.ts";
import type { RunFailure } from "./messages.ts";
import { lendTensors, type TensorLoan } from "./tensor-transfer.ts";
import { startWorker, type WorkerStart } from "./worker-host.ts";

/** What a model takes and answers. */
export interface ModelSpecs {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/** A model in a worker. */
export interface RemoteModel {
  /** Resolves once it can run. Rejects with an Error that says why the file cannot be loaded. */
  readonly ready: Promise<ModelSpecs>;
  /** Resolves when the worker has ended, whatever the cause, with the cause in words. */
  readonly ended: Promise<string>;
  /**
   * Runs the model; no other run may be in progress. Feeds in memory that their call
   * alone holds are empty until it resolves. Rejects with what the run
   * rejected with, or with ENGINE_FAILED where the worker ends before it answers.
   */
  run(feeds: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]>;
  /** Ends the worker once the run in progress is answered, and resolves then. */
  close(): Promise<void>;
}

/** When a call may be repeated that the end of its worker has cut off, in milliseconds. */
const retryAfterMs = 100;

/** Starts a worker, which begins to load its file. */
export function startRemoteModel(start: WorkerStart): RemoteModel {
  const ready = Promise.withResolvers<ModelSpecs>();
  const ended = Promise.withResolvers<string>();
  // Whoever starts a worker may learn of its end in either way, or in both.
  ready.promise.catch(() => {});
  let pending: PromiseWithResolvers<readonly Tensor[]> | undefined;
  let loan: TensorLoan | undefined;
  let cause: string | undefined;

  const settle = (): PromiseWithResolvers<readonly Tensor[]> | undefined => {
    const settled = pending;
    pending = undefined;
    return settled;
  };

  const tell = startWorker(start, {
    answered(answer) {
      switch (answer.kind) {
        case "ready":
          ready.resolve(answer);
          return;
        case "unloadable":
          cause = answer.message;
          ready.reject(new Error(answer.message));
          return;
        case "outputs":
          loan?.takeBack(answer.returned);
          for (const output of answer.outputs) holdTensorAlone(output);
          settle()?.resolve(answer.outputs);
          return;
        case "failed":
          settle()?.reject(errorOf(answer.failure));
      }
    },
    failed(error) {
      cause = error instanceof Error ? error.message : String(error);
    },
    ended(by) {
      cause ??= `it ended with ${typeof by === "number" ? "code " : ""}${by}`;
      ready.reject(new Error(`its worker ended while it loaded: ${cause}`));
      settle()?.reject(
        new ServingError("ENGINE_FAILED", "the engine failed during the run", {
          retryAfterMs,
          cause: new Error(cause),
        }),
      );
      ended.resolve(cause);
    },
  });

  return {
    ready: ready.promise,
    ended: ended.promise,
    run(feeds, outputs) {
      // A process is sent a copy in any case.
      loan = start.kind === "thread" ? lendTensors(feeds) : undefined;
      const { tensors, buffers, lent } = loan ?? { tensors: feeds, buffers: [], lent: [] };
      const run = Promise.withResolvers<readonly Tensor[]>();
      pending = run;
      try {
        tell({ kind: "run", feeds: tensors, outputs, lent }, buffers);
      } catch (error) {
        settle()?.reject(error);
      }
      return run.promise;
    },
    async close() {
      tell({ kind: "close" }, []);
      await ended.promise;
    },
  };
}

function errorOf({ reason, message, stack }: RunFailure): Error {
  if (reason !== undefined) return new ServingError(reason, message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
