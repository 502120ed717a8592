import type { DescEnum, DescField, DescMessage, DescService } from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import type { Value } from "../core/value.ts";

/**
 * The typed service of a model, derived from the signature of one of its
 * versions: `presage.models.<model>.v<number>`. Every version whose signature
 * breaks no caller of it is served under it.
 */
export interface Contract {
  /** The model, as callers of the generic service name it. */
  readonly model: string;
  /** The number of the contract, from 1: what callers are compiled against. */
  readonly number: number;
  /** Everything as one file, with comments as source information and rules as options. */
  readonly file: FileDescriptorProto;
  /** The service, whose methods are `Predict` and `PredictBatch`. */
  readonly service: DescService;
  /** The request of `Predict`: one row. */
  readonly row: DescMessage;
  /** The answer of `Predict`: that to one row. */
  readonly answer: DescMessage;
  /** The request of `PredictBatch`, whose field `rows` holds rows. */
  readonly batch: DescMessage;
  /** The answer of `PredictBatch`, whose field `rows` holds answers. */
  readonly batchAnswer: DescMessage;
  /** One for each feature, in the signature's order. */
  readonly features: readonly FeatureField[];
  /** One for each output, in the signature's order. */
  readonly outputs: readonly OutputField[];
  /** The class that the model answered; undefined where the manifest labels none. */
  readonly classField: ClassField | undefined;
}

/** The field of a row that carries a feature. */
export interface FeatureField {
  readonly field: DescField;
  /** How the field's value stands for the feature's. */
  readonly form: FieldForm;
}

/** The field of an answer that carries an output. */
export interface OutputField {
  readonly field: DescField;
  readonly form: FieldForm;
}

/**
 * The field of an answer that names the class; a model that answers several
 * classes a row has none, as outputs carry their values.
 */
export interface ClassField {
  readonly field: DescField;
  readonly enum: DescEnum;
  /** The enum's number for each class value that the model answers. */
  readonly numbers: ReadonlyMap<number | string, number>;
}

/**
 * How a field's value stands for a feature's or an output's: as it is; as an enum
 * whose numbers stand for values; or as a tensor, a message with `shape` and
 * `values`, packed and row-major, of what a row has.
 */
export type FieldForm =
  | { readonly kind: "scalar" }
  | {
      readonly kind: "enum";
      /** The value of each number of the enum; 0 is none, as if the field were left out. */
      readonly values: ReadonlyMap<number, Value>;
    }
  | { readonly kind: "list" }
  | { readonly kind: "tensor" };
