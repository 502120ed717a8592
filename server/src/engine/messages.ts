import type { ErrorReason } from "../core/errors.ts";
import type { TensorSpec } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";
import type { LoadOptions } from "./runtime.ts";

/** What a worker is started with: the file that it loads, and how. */
export interface WorkerTask {
  readonly path: string;
  readonly options: LoadOptions;
}

/** What a worker is told. */
export type WorkerRequest =
  | {
      readonly kind: "run";
      readonly feeds: readonly Tensor[];
      readonly outputs: readonly string[];
      /** Buffers of the feeds that come back with the outputs. */
      readonly lent: readonly ArrayBuffer[];
    }
  /** Free the model after the run in progress, and end. */
  | { readonly kind: "close" };

/** What a worker answers: first whether it is ready, then one answer for each run, in order. */
export type WorkerAnswer =
  | {
      readonly kind: "ready";
      readonly inputs: readonly TensorSpec[];
      readonly outputs: readonly TensorSpec[];
    }
  /** The file cannot be loaded; the worker ends. */
  | { readonly kind: "unloadable"; readonly message: string }
  | {
      readonly kind: "outputs";
      readonly outputs: readonly Tensor[];
      readonly returned: readonly ArrayBuffer[];
    }
  | { readonly kind: "failed"; readonly failure: RunFailure };

/** An error of a run, as it goes from one thread to another. */
export interface RunFailure {
  /** The reason of a ServingError; undefined is a fault. */
  readonly reason: ErrorReason | undefined;
  readonly message: string;
  readonly stack: string | undefined;
}
