import { NullValue, type Value as ProtoValue } from "@bufbuild/protobuf/wkt";
import { invalidInput, type Violation } from "./errors.ts";

/**
 * One value of a row. A bigint beyond 2^53-1 goes as a decimal string, which
 * the server takes for integers. NaN and the infinities cannot be sent: a
 * value that is missing is `null`.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | { readonly [name: string]: Value | undefined };

/** One row: an object of named features, or a list of their values in signature order. */
export type Row = { readonly [feature: string]: Value | undefined } | readonly Value[];

/** A value of an answer: what JSON can say. */
export type AnswerValue =
  | null
  | boolean
  | number
  | string
  | readonly AnswerValue[]
  | { readonly [name: string]: AnswerValue };

/** The answer to one row, by output name. */
export interface Answer {
  readonly [output: string]: AnswerValue;
}

/**
 * Tells many rows from one. A list of only objects and lists is many rows; a
 * list with any other value in it is one row, by position. So a single row by
 * position whose values are all lists must be wrapped: `[[[1, 2], [3, 4]]]`.
 */
export function isManyRows(rows: object): rows is readonly object[] {
  return Array.isArray(rows) && rows.every((row) => typeof row === "object" && row !== null);
}

/**
 * Writes rows as protobuf values. Members that are undefined are left out.
 * Throws `invalid_argument` with a violation for each value that cannot be
 * sent, e.g. `rows[0].LSTAT`.
 */
export function encodeRows(rows: readonly object[]): ProtoValue[] {
  const violations: Violation[] = [];
  const messages = encodeValues("rows", rows, violations);
  if (violations.length > 0) throw invalidInput(violations);
  return messages;
}

/** Writes values as protobuf values. Adds a violation for each that cannot be sent, e.g. of `truth[1]`. */
export function encodeValues(
  field: string,
  values: readonly unknown[],
  violations: Violation[],
): ProtoValue[] {
  return values.map(createEncoder(field, violations));
}

/** Reads a protobuf value as a plain one; a value that is not set is null. */
export function decodeValue({ kind }: ProtoValue): AnswerValue {
  switch (kind.case) {
    case "structValue":
      return decodeValues(kind.value.fields);
    case "listValue":
      return kind.value.values.map(decodeValue);
    case "numberValue":
    case "stringValue":
    case "boolValue":
      return kind.value;
    case "nullValue":
    case undefined:
    default:
      return null;
  }
}

/** Reads named protobuf values as a plain object. */
export function decodeValues(values: Readonly<Record<string, ProtoValue>>): Answer {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, decodeValue(value)]),
  );
}

// Protobuf readers refuse what is nested deeper than 100 messages, and each level takes up to three.
const deepest = 30;

type Encoder = (value: unknown, key: string | number) => ProtoValue;

/** The path is kept as a stack and written out only for a violation, since rows rarely have one. */
function createEncoder(field: string, violations: Violation[]): Encoder {
  const path: (string | number)[] = [];
  const refuse = (description: string): ProtoValue["kind"] => {
    violations.push({ field: field + showPath(path), description });
    return nullKind;
  };
  const encode: Encoder = (value, key) => {
    path.push(key);
    const kind = kindOf(value);
    path.pop();
    return { $typeName: "google.protobuf.Value", kind };
  };
  const kindOf = (value: unknown): ProtoValue["kind"] => {
    switch (typeof value) {
      case "number":
        if (Number.isFinite(value)) return { case: "numberValue", value };
        return refuse(`expected a finite number, got ${value}; null is a missing value`);
      case "string":
        return { case: "stringValue", value };
      case "boolean":
        return { case: "boolValue", value };
      case "bigint":
        return bigintKind(value);
      case "object":
        return value === null ? nullKind : objectKind(value);
      case "undefined":
      case "function":
      case "symbol":
      default:
        return refuse(`expected a value that JSON can say, got ${typeof value}`);
    }
  };
  const objectKind = (value: object): ProtoValue["kind"] => {
    if (path.length > deepest) return refuse(`expected at most ${deepest} levels, got more`);
    const list = elementsOf(value);
    if (list !== undefined) {
      const values = Array.from(list, encode);
      return { case: "listValue", value: { $typeName: "google.protobuf.ListValue", values } };
    }
    if (tagOf(value) !== "Object") return refuse(`expected a plain object, got a ${tagOf(value)}`);
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    const fields = Object.fromEntries(
      members.map(([name, member]) => [name, encode(member, name)]),
    );
    return { case: "structValue", value: { $typeName: "google.protobuf.Struct", fields } };
  };
  return encode;
}

const nullKind: ProtoValue["kind"] = { case: "nullValue", value: NullValue.NULL_VALUE };

function bigintKind(value: bigint): ProtoValue["kind"] {
  const number = Number(value);
  return Number.isSafeInteger(number)
    ? { case: "numberValue", value: number }
    : { case: "stringValue", value: value.toString() };
}

function elementsOf(value: object): ArrayLike<unknown> | undefined {
  if (Array.isArray(value)) return value;
  return isTypedArray(value) ? value : undefined;
}

function isTypedArray(value: object): value is Float64Array {
  return ArrayBuffer.isView(value) && "length" in value;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

function showPath(path: readonly (string | number)[]): string {
  return path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
}
