import type { CallRecord } from "./call-record.ts";
import type { Feeds } from "./feeds.ts";
import type { RoutingSnapshot } from "./routing-snapshot.ts";
import type { Signature } from "./signature.ts";
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
  readonly shape: readonly (number | bigint)[];
  readonly content: TensorContent;
}

/** What any model can be asked: tensors, or rows. */
export type GenericInput =
  | { readonly kind: "tensors"; readonly tensors: readonly GivenTensor[] }
  | { readonly kind: "rows"; readonly rows: readonly Value[] };

/** What any model can answer, in the form that it was asked in. */
export type GenericOutput =
  | { readonly kind: "tensors"; readonly tensors: readonly Tensor[] }
  | { readonly kind: "rows"; readonly rows: readonly ValueObject[] };

/** Translates between a form of one model's own and what the model takes and answers. */
export interface TypedCodec {
  /** Checks and encodes a request. Throws INVALID_INPUT with every violation. */
  encode(request: object): Feeds;
  /** Writes the answer, of every output in the signature's order. Throws MODEL_ANSWER_INVALID. */
  decode(outputs: readonly Tensor[], feeds: Feeds): object;
}

/** A request in a form of one model's own. */
export interface TypedInput {
  readonly kind: "typed";
  readonly request: object;
  /** The versions that know the form. */
  readonly routing: RoutingSnapshot;
  /** Gives the codec of a version that knows the form, by its signature. */
  readonly codecOf: (signature: Signature) => TypedCodec;
}

/** What a prediction is asked of. */
export type PredictInput = GenericInput | TypedInput;

/** What a prediction answers, in the form that it was asked in. */
export type PredictOutput = GenericOutput | { readonly kind: "typed"; readonly answer: object };

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
  /** The outputs to answer; none named means all, and so does a typed call. */
  readonly outputs: readonly string[];
  /** Aborted when the caller cancels or the deadline passes. */
  readonly signal: CallSignal;
  /** When the caller stops waiting, in milliseconds since 1970; Infinity is never. */
  readonly deadline: number;
  /** From 0, the most urgent, to 7. @default 3 */
  readonly urgency?: number | undefined;
  /** The call that it belongs to, as it is followed. @default it is not */
  readonly record?: CallRecord | undefined;
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
