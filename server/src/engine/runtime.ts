import type { TensorSpec } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";

/** Knows how to run one kind of model file. */
export interface Runtime {
  /** The runtime's name, e.g. `onnx`. */
  readonly name: string;
  /** The name of the file in a version's directory that it runs, e.g. `model.onnx`. */
  readonly file: string;
  /** Loads a model file. Rejects with an Error that says why it cannot. */
  load(path: string): Promise<RunnableModel>;
}

/** A model file that is loaded and can be run. */
export interface RunnableModel {
  /** What the file takes, in its order; "" is an open dimension without a name. */
  readonly inputs: readonly TensorSpec[];
  /** What the file answers, in its order. */
  readonly outputs: readonly TensorSpec[];
  /**
   * Runs the model once. `feeds` holds one tensor for each input; `outputs`
   * names those to answer, in the order of the answer. Rejects with
   * MODEL_RUN_FAILED where the model refuses the input.
   */
  run(feeds: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]>;
  /** Frees the model. It must not be run any more. */
  release(): Promise<void>;
}
