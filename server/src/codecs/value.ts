import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { NullValue, type Value as ValueMessage } from "@bufbuild/protobuf/wkt";
import { isValueList, type Value, type ValueObject } from "../core/value.ts";

/** Reads a `google.protobuf.Value`; one without a kind is null. */
export function valueFromProto({ kind }: ValueMessage): Value {
  switch (kind.case) {
    case undefined:
    case "nullValue":
      return null;
    case "numberValue":
    case "stringValue":
    case "boolValue":
      return kind.value;
    case "listValue":
      return kind.value.values.map(valueFromProto);
    case "structValue": {
      // Without a prototype, so that a feature may be called `__proto__`.
      const object: Record<string, Value> = Object.create(null);
      const { fields } = kind.value;
      for (const name of Object.keys(fields)) {
        const field = fields[name];
        if (field !== undefined) object[name] = valueFromProto(field);
      }
      return object;
    }
  }
}

/**
 * Writes a value as a `google.protobuf.Value`, which JSON must be able to
 * carry: integers beyond 2^53, NaN and the infinities become text, as the JSON
 * mapping of protobuf writes them.
 */
export function valueToProto(value: Value): ValueMessage {
  return { $typeName: "google.protobuf.Value", kind: kindOf(value) };
}

/** Writes a value as JSON shows the `google.protobuf.Value` of `valueToProto`. */
export function valueToJson(value: Value): JsonValue {
  if (value === null) return null;
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint": {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : value.toString();
    }
    default:
      return isValueList(value) ? value.map(valueToJson) : objectToJson(value);
  }
}

function objectToJson(object: ValueObject): JsonObject {
  const json: JsonObject = {};
  for (const name of Object.keys(object)) {
    const value = valueToJson(object[name] ?? null);
    // To set this one would be to change what kind of object it is.
    if (name === "__proto__") Object.defineProperty(json, name, { value, enumerable: true });
    else json[name] = value;
  }
  return json;
}

function kindOf(value: Value): ValueMessage["kind"] {
  if (value === null) return { case: "nullValue", value: NullValue.NULL_VALUE };
  switch (typeof value) {
    case "boolean":
      return { case: "boolValue", value };
    case "string":
      return { case: "stringValue", value };
    case "number":
      return Number.isFinite(value)
        ? { case: "numberValue", value }
        : { case: "stringValue", value: String(value) };
    case "bigint": {
      const number = Number(value);
      return Number.isSafeInteger(number)
        ? { case: "numberValue", value: number }
        : { case: "stringValue", value: value.toString() };
    }
    default:
      return isValueList(value) ? listKind(value) : structKind(value);
  }
}

function listKind(list: readonly Value[]): ValueMessage["kind"] {
  const values = list.map(valueToProto);
  return { case: "listValue", value: { $typeName: "google.protobuf.ListValue", values } };
}

function structKind(object: ValueObject): ValueMessage["kind"] {
  // Without a prototype, so that an output may be called `__proto__`.
  const fields: Record<string, ValueMessage> = Object.create(null);
  for (const name of Object.keys(object)) fields[name] = valueToProto(object[name] ?? null);
  return { case: "structValue", value: { $typeName: "google.protobuf.Struct", fields } };
}
