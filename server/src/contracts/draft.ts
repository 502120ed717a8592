import type {
  FieldRules,
  MessageRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { ScalarName } from "./scalar-type.ts";

/** The type of a field: a scalar, or a message or an enum of the same file by its name. */
export type TypeDraft =
  | { readonly kind: "scalar"; readonly name: ScalarName }
  | { readonly kind: "message" | "enum"; readonly name: string };

/** A field that is to be declared. */
export interface FieldDraft {
  /** The feature or output that it carries; "" is none. */
  readonly source: string;
  readonly name: string;
  readonly jsonName: string;
  readonly number: number;
  readonly type: TypeDraft;
  /** Optional fields have explicit presence. */
  readonly label: "optional" | "repeated";
  readonly comment: string;
  readonly rules: FieldRules | undefined;
}

/** What was removed and may not come back, by name. */
export type Reserved = ReadonlyMap<string, number>;

/** A message that is to be declared. */
export interface MessageDraft {
  readonly name: string;
  readonly comment: string;
  readonly fields: readonly FieldDraft[];
  readonly reserved?: Reserved;
  readonly rules?: MessageRules | undefined;
}

/** A value of an enum that is to be declared. */
export interface ValueDraft {
  /** The category or label that it stands for, as text; undefined for the value of 0. */
  readonly text: string | undefined;
  readonly name: string;
  readonly number: number;
  readonly comment: string;
}

/** An enum that is to be declared; its first value is the one of 0. */
export interface EnumDraft {
  readonly name: string;
  readonly comment: string;
  readonly values: readonly ValueDraft[];
  readonly reserved?: Reserved;
}

/** A method that is to be declared. */
export interface MethodDraft {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly comment: string;
}

/** A file that is to be declared, with one service. */
export interface FileDraft {
  readonly path: string;
  readonly package: string;
  readonly service: {
    readonly name: string;
    readonly comment: string;
    readonly methods: readonly MethodDraft[];
  };
  readonly messages: readonly MessageDraft[];
  readonly enums: readonly EnumDraft[];
}

/** The names of the declarations that have a part of their own in a contract. */
export interface ContractNames {
  readonly service: string;
  readonly row: string;
  readonly answer: string;
  readonly batch: string;
  readonly batchAnswer: string;
  readonly classEnum: string;
}
