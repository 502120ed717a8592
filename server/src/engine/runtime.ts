import type { TensorSpec } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";

/** Knows how to run one kind of model file. */
export interface Runtime {
  /** The runtime's name, e.g. `onnx`. */
  readonly name: string;
  /** The name of the file in a version's directory that it runs, e.g. `model.onnx`. */
  readonly file: string;
  /** The file that a worker of this runtime begins with; undefined if it has none, and runs inline only. */
  readonly worker?: URL;
  /** Loads a model file. Rejects with an Error that says why it cannot. */
  load(path: string, options?: LoadOptions): Promise<RunnableModel>;
}

/** What computes a run: the processor, or a graphics card through WebGPU or CUDA. */
export type Provider = "cpu" | "webgpu" | "cuda";

/** How a model file is loaded. */
export interface LoadOptions {
  /** What computes the runs. @default "cpu" */
  readonly provider?: Provider;
  /** The number of threads that one run is computed by. @default the runtime's own choice: every core */
  readonly intraOpThreads?: number;
}

/** A model file that is loaded and can be run. */
export interface RunnableModel {
  /** What the file takes, in its order; "" is an open dimension without a name. */
  readonly inputs: readonly TensorSpec[];
  /** What the file answers, in its order. */
  readonly outputs: readonly TensorSpec[];
  /**
   * Runs the model once, beginning before it returns. `feeds` holds one tensor for each input; `outputs`
   * names those to answer, in the order of the answer. Feeds in memory that their call alone holds
   * (see `holdAlone`) may be empty until it resolves, and stay so where it rejects. Rejects with
   * MODEL_RUN_FAILED where the model refuses the input.
   */
  run(feeds: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]>;
  /** Frees the model. It must not be run any more. */
  release(): Promise<void>;
}
