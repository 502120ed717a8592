import type { Tensor } from "../core/tensor.ts";

/** The inputs of one run, in signature order, with the number of rows that they hold. */
export interface Feeds {
  readonly tensors: readonly Tensor[];
  readonly rowCount: number;
}
