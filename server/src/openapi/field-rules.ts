import type { DescField } from "@bufbuild/protobuf";
import { getOption, hasOption, isFieldSet } from "@bufbuild/protobuf";
import {
  BoolRulesSchema,
  type FieldRules,
  field as fieldRules,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import type { JsonObject } from "./json.ts";

/** What the rules of a field say that a schema can say, too. */
export interface RuledField {
  /** True if the field must be there; a list of none is as good as one that is left out. */
  readonly isRequired: boolean;
  /** What narrows the field's schema. */
  readonly narrowed: JsonObject;
  /** True if NaN and infinities are refused. */
  readonly isFinite: boolean;
}

/** Reads the rules of a field. What is written in CEL is left to the field's comment. */
export function readRules(field: DescField): RuledField {
  const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
  const narrowed = rules === undefined ? {} : narrow(field, rules);
  return {
    isRequired: rules?.required === true || "minItems" in narrowed,
    narrowed,
    isFinite: rules !== undefined && isFinite(rules),
  };
}

function narrow(field: DescField, rules: FieldRules): JsonObject {
  const { type } = rules;
  switch (type.case) {
    case "int32":
    case "uint32":
    case "float":
    case "double":
      return { ...bounds(type.value), ...listed(type.value, Number) };
    case "int64":
    case "uint64":
      return { ...bounds(type.value), ...listed(type.value, bothForms) };
    case "string": {
      const { minLen, maxLen, pattern } = type.value;
      return {
        ...(minLen > 0n ? { minLength: Number(minLen) } : {}),
        ...(maxLen > 0n ? { maxLength: Number(maxLen) } : {}),
        ...(pattern === "" ? {} : { pattern }),
        ...listed(type.value, String),
      };
    }
    case "bool":
      return isFieldSet(type.value, BoolRulesSchema.field.const) ? { const: type.value.const } : {};
    case "enum": {
      const refused = new Set(type.value.notIn);
      const names = field.enum?.values.filter(({ number }) => refused.has(number)) ?? [];
      return names.length === 0 ? {} : { not: { enum: names.map(({ name }) => name) } };
    }
    case "repeated": {
      const { minItems, maxItems, items } = type.value;
      return {
        ...(minItems > 0n ? { minItems: Number(minItems) } : {}),
        ...(maxItems > 0n ? { maxItems: Number(maxItems) } : {}),
        ...(items === undefined ? {} : { items: narrow(field, items) }),
      };
    }
    default:
      return {};
  }
}

type Bound = number | bigint;

interface BoundRules {
  readonly greaterThan: { readonly case?: string | undefined; readonly value?: Bound | undefined };
  readonly lessThan: { readonly case?: string | undefined; readonly value?: Bound | undefined };
}

function bounds({ greaterThan, lessThan }: BoundRules): JsonObject {
  const least = greaterThan.case === "gt" ? "exclusiveMinimum" : "minimum";
  const greatest = lessThan.case === "lt" ? "exclusiveMaximum" : "maximum";
  return {
    ...(greaterThan.value === undefined ? {} : { [least]: Number(greaterThan.value) }),
    ...(lessThan.value === undefined ? {} : { [greatest]: Number(lessThan.value) }),
  };
}

function listed<Element>(
  { in: values }: { readonly in: readonly Element[] },
  write: (value: Element) => unknown,
): JsonObject {
  return values.length === 0 ? {} : { enum: values.flatMap(write) };
}

/** An integer of 64 bits as callers may write it: as text, and as a number that loses no digit. */
function bothForms(value: bigint): readonly (number | string)[] {
  const number = Number(value);
  return Number.isSafeInteger(number) ? [number, String(value)] : [String(value)];
}

function isFinite({ type }: FieldRules): boolean {
  switch (type.case) {
    case "float":
    case "double": {
      const { finite, greaterThan, lessThan } = type.value;
      const isBounded = greaterThan.value !== undefined && lessThan.value !== undefined;
      return finite || isBounded || type.value.in.length > 0;
    }
    case "repeated":
      return type.value.items !== undefined && isFinite(type.value.items);
    default:
      return false;
  }
}
