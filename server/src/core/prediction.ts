import type { DataType, Tensor } from "./tensor.ts";
import type { Value, ValueObject } from "./value.ts";

/** The elements of a tensor as a caller gave them, not yet checked against anything. */
export type TensorContent =
  | { readonly kind: "none" }
  | { readonly kind: "raw"; readonly bytes: Uint8Array }
  | { readonly kind: "floats"; readonly values: readonly number[] }
  | { readonly kind: "doubles"; readonly values: readonly number[] }
  | { readonly kind: "int32s"; readonly values: readonly number[] }
  | { readonly kind: "int64s"; readonly values: readonly bigint[] }
  | { readonly kind: "uint64s"; readonly values: readonly bigint[] }
  | { readonly kind: "bools"; readonly values: readonly boolean[] }
  | { readonly kind: "strings"; readonly values: readonly string[] };

/** A tensor as a caller gave it, not yet checked against anything. */
export interface GivenTensor {
  readonly name: string;
  /** Undefined: the type that the signature gives. */
  readonly dataType: DataType | undefined;
  readonly shape: readonly bigint[];
  readonly content: TensorContent;
}

/** What a prediction is asked of: tensors, or rows. */
export type PredictInput =
  | { readonly kind: "tensors"; readonly tensors: readonly GivenTensor[] }
  | { readonly kind: "rows"; readonly rows: readonly Value[] };

/** What a prediction answers, in the form that it was asked in. */
export type PredictOutput =
  | { readonly kind: "tensors"; readonly tensors: readonly Tensor[] }
  | { readonly kind: "rows"; readonly rows: readonly ValueObject[] };

/** Tells when a caller leaves: what is needed of an AbortSignal. */
export interface CallSignal {
  readonly aborted: boolean;
  /** Why it was aborted. */
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** One call for a prediction, in no protocol's terms. */
export interface PredictCall {
  readonly model: string;
  /** A version number, an alias, or "" for the version that routing picks. */
  readonly version: string;
  readonly input: PredictInput;
  /** The outputs to answer; none named means all. */
  readonly outputs: readonly string[];
  /** Aborted when the caller cancels or the deadline passes. */
  readonly signal: CallSignal;
  /** When the caller stops waiting, in milliseconds since 1970; Infinity is never. */
  readonly deadline: number;
  /** From 0, the most urgent, to 7. @default 3 */
  readonly urgency?: number | undefined;
}

/** Which policy chose the version, and why. */
export interface Route {
  readonly policy: "requested" | "stable" | "latest";
  readonly reason: string;
  /** The alias that the call named, or by which it was routed; "" is none. */
  readonly alias: string;
}

/** The answer to one call. */
export interface Prediction {
  readonly predictionId: string;
  readonly model: string;
  readonly version: bigint;
  readonly output: PredictOutput;
  readonly tags: ValueObject;
  readonly route: Route;
}
