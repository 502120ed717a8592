import type { DataType } from "./tensor.ts";
import type { Value } from "./value.ts";

/**
 * One dimension of an input or output: its size, or, where any size will do, a
 * name. Equal names stand for equal sizes. In a signature every open dimension
 * has a name; in what a model's file says, "" is one without.
 */
export type Dimension = number | string;

/** The name, type and shape of one input or output of a model's file. */
export interface TensorSpec {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly Dimension[];
}

/** The values that a feature may take. */
export type Domain =
  | { readonly kind: "any" }
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  | {
      readonly kind: "categories";
      readonly values: readonly Value[];
      readonly closed: boolean;
    };

/** What becomes of a missing value: the request fails, or the model is given `fill`. */
export type Missing =
  | { readonly kind: "reject" }
  | { readonly kind: "fill"; readonly fill: number | bigint | string | boolean };

/** One named value of a row, and where it lies in the model's inputs. */
export interface Feature {
  readonly name: string;
  readonly dataType: DataType;
  /** Its dimensions in one row; empty is a single value. */
  readonly shape: readonly Dimension[];
  /** The index of the input that carries it. */
  readonly input: number;
  /** Where its elements begin among those of one row of the input. */
  readonly offset: number;
  readonly description: string;
  readonly unit: string;
  readonly domain: Domain;
  readonly missing: Missing;
}

/** The names of the classes that a model answers with. */
export interface Classes {
  /** The output whose elements are class values. */
  readonly output: string;
  readonly labels: readonly ClassLabel[];
}

/** The name of one class. */
export interface ClassLabel {
  readonly value: number | string;
  readonly label: string;
  readonly description: string;
}

/** The named, typed inputs and outputs of a version. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly features: readonly Feature[];
  readonly classes: Classes | undefined;
  /**
   * True when the first dimension of every input counts rows. False when the
   * inputs have no such dimension: then a request is one row, whole.
   */
  readonly rowAxis: boolean;
  /** The most rows of one request; Infinity is no limit. */
  readonly maxRows: number;
}

/** Returns the dimensions of one row of an input or output. */
export function rowShape(shape: readonly Dimension[], rowAxis: boolean): readonly Dimension[] {
  return rowAxis ? shape.slice(1) : shape;
}

/** Writes the dimensions of a specification, e.g. `[rows, 30]`. */
export function showDimensions(shape: readonly Dimension[]): string {
  return `[${shape.join(", ")}]`;
}
