import type { GivenTensor, TensorContent } from "../../server/src/core/prediction.ts";

/** A tensor as a caller gives it, of the type that the signature says. */
export function given(
  name: string,
  shape: readonly (number | bigint)[],
  content: TensorContent,
): GivenTensor {
  return { name, dataType: undefined, shape: shape.map(BigInt), content };
}

/** A tensor given as a list of single-precision numbers. */
export function floats(
  name: string,
  shape: readonly (number | bigint)[],
  ...values: number[]
): GivenTensor {
  return given(name, shape, { kind: "floats", values });
}

/** A tensor given as a list of double-precision numbers. */
export function doubles(
  name: string,
  shape: readonly (number | bigint)[],
  ...values: number[]
): GivenTensor {
  return given(name, shape, { kind: "doubles", values });
}
