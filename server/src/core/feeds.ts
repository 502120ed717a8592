import type { Tensor } from "./tensor.ts";

/** The inputs of one run, in the order of the model, with the number of rows that they hold. */
export interface Feeds {
  readonly tensors: readonly Tensor[];
  readonly rowCount: number;
}
