import { ScalarType } from "@bufbuild/protobuf";
import type { JsonObject } from "./json.ts";

/** Whether a schema is of what callers send, or of what they are answered. */
export type Role = "request" | "answer";

const maxUint32 = 2 ** 32 - 1;
const minInt32 = -(2 ** 31);

const int32: JsonObject = {
  type: "integer",
  format: "int32",
  minimum: minInt32,
  maximum: -minInt32 - 1,
};
const uint32: JsonObject = { type: "integer", minimum: 0, maximum: maxUint32 };
const nonFinite: JsonObject = { enum: ["NaN", "Infinity", "-Infinity"] };

/** Describes a scalar as protobuf's JSON mapping writes it. */
export function describeScalar(scalar: ScalarType, role: Role): JsonObject {
  switch (scalar) {
    case ScalarType.STRING:
      return { type: "string" };
    case ScalarType.BYTES:
      return { type: "string", contentEncoding: "base64" };
    case ScalarType.BOOL:
      return { type: "boolean" };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return int32;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return uint32;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return wideInteger(role, "int64", "^-?[0-9]{1,19}$");
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return wideInteger(role, "uint64", "^[0-9]{1,20}$");
    case ScalarType.FLOAT:
      return { oneOf: [{ type: "number", format: "float" }, nonFinite] };
    case ScalarType.DOUBLE:
      return { oneOf: [{ type: "number", format: "double" }, nonFinite] };
  }
}

/** Integers of 64 bits are answered as text, which keeps every digit; both are taken. */
function wideInteger(role: Role, format: string, pattern: string): JsonObject {
  if (role === "answer") return { type: "string", format, pattern };
  const least = format === "uint64" ? { minimum: 0 } : {};
  return { type: ["string", "integer"], format, pattern, ...least };
}

/** The key of a map, which JSON writes as text. */
export function describeKey(scalar: ScalarType): JsonObject {
  switch (scalar) {
    case ScalarType.STRING:
      return {};
    case ScalarType.BOOL:
      return { propertyNames: { enum: ["true", "false"] } };
    default:
      return { propertyNames: { pattern: "^-?[0-9]+$" } };
  }
}

/** Messages that JSON writes in a form of their own. */
export const wellKnown: Readonly<Record<string, JsonObject>> = {
  "google.protobuf.Value": {},
  "google.protobuf.Struct": { type: "object" },
  "google.protobuf.ListValue": { type: "array", items: {} },
  "google.protobuf.Empty": { type: "object" },
  "google.protobuf.Duration": {
    type: "string",
    pattern: String.raw`^-?[0-9]{1,12}(\.[0-9]{1,9})?s$`,
    examples: ["1.5s"],
  },
  "google.protobuf.Timestamp": { type: "string", format: "date-time" },
  "google.protobuf.Any": {
    type: "object",
    properties: { "@type": { type: "string" } },
    required: ["@type"],
  },
};
