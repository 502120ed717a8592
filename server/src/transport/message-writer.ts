import {
  type DescField,
  type DescMessage,
  type Message,
  type MessageShape,
  ScalarType,
  toBinary,
} from "@bufbuild/protobuf";
import { Edition, FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { createMessageOutput } from "../core/message-output.ts";

/** A message of any type. */
export type AnyMessage = MessageShape<DescMessage>;

/**
 * Writes a message in protobuf's binary form, after `lead` bytes that are left
 * for the caller to fill in, and gives the pieces in order. The first holds the
 * lead; the bytes of a large tensor are a piece of their own, and not copied.
 */
export type MessageWriter = (message: AnyMessage, lead: number) => readonly Uint8Array[];

/**
 * Compiles the writer of a message type; it writes what the library's
 * `toBinary` does. That sets memory aside several times for each message, which
 * costs more than the writing of a small one, and copies large ones twice.
 */
export function compileMessageWriter(schema: DescMessage): MessageWriter {
  if (!isCompilable(schema, new Set())) {
    return (message, lead) => {
      const bytes = toBinary(schema, message);
      return lead === 0 ? [bytes] : [new Uint8Array(lead), bytes];
    };
  }
  const write = compileMessage(schema, new Map());
  return (message, lead) => {
    output.begin(lead);
    write(message);
    return output.end();
  };
}

/** One for all: writing is never interrupted. */
const output = createMessageOutput();

type Write = (value: unknown) => void;

/** How a value of one type is written, without its field's tag. */
interface Type {
  readonly wire: 0 | 1 | 2 | 5;
  readonly write: Write;
  /** Tells whether a field with this value counts as not given. */
  readonly isZero: (value: unknown) => boolean;
}

const delimited = 2;
const isZeroNumber = (value: unknown): boolean => value === 0;
const isZeroInteger = (value: unknown): boolean => value === 0n;
/** -0 is a value of its own. */
const isPositiveZero = (value: unknown): boolean => Object.is(value, 0);

const int32: Type = {
  wire: 0,
  write: (value) => output.int32(asNumber(value)),
  isZero: isZeroNumber,
};
const int64: Type = {
  wire: 0,
  write: (value) => output.int64(asBigint(value)),
  isZero: isZeroInteger,
};
const string: Type = {
  wire: delimited,
  write: (value) => output.string(asString(value)),
  isZero: (value) => value === "",
};

const scalars: Partial<Readonly<Record<ScalarType, Type>>> = {
  [ScalarType.STRING]: string,
  [ScalarType.BYTES]: {
    wire: delimited,
    write: (value) => output.bytes(asBytes(value)),
    isZero: (value) => asBytes(value).byteLength === 0,
  },
  [ScalarType.BOOL]: {
    wire: 0,
    write: (value) => output.uint32(value === true ? 1 : 0),
    isZero: (value) => value === false,
  },
  [ScalarType.FLOAT]: {
    wire: 5,
    write: (value) => output.float(asNumber(value)),
    isZero: isPositiveZero,
  },
  [ScalarType.DOUBLE]: {
    wire: 1,
    write: (value) => output.double(asNumber(value)),
    isZero: isPositiveZero,
  },
  [ScalarType.UINT32]: {
    wire: 0,
    write: (value) => output.uint32(asNumber(value)),
    isZero: isZeroNumber,
  },
  [ScalarType.INT32]: int32,
  [ScalarType.INT64]: int64,
  [ScalarType.UINT64]: int64,
};

const asNumber = (value: unknown): number =>
  typeof value === "number" ? value : refuse("a number", value);
const asBigint = (value: unknown): bigint =>
  typeof value === "bigint" ? value : refuse("a bigint", value);
const asString = (value: unknown): string =>
  typeof value === "string" ? value : refuse("a string", value);
const asBytes = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : refuse("bytes", value);
const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : refuse("a list", value);
const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : refuse("a message", value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function refuse(expected: string, value: unknown): never {
  throw new TypeError(`a message to write has ${typeof value} where ${expected} belongs`);
}

/** What is left to the library: other syntaxes than proto3, and fields that hold unusual values. */
function isCompilable(schema: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  return (
    schema.file.edition === Edition.EDITION_PROTO3 &&
    schema.fields.every((field) => {
      if (field.scalar !== undefined && scalars[field.scalar] === undefined) return false;
      if ("longAsString" in field && field.longAsString) return false;
      if (field.fieldKind === "map" && field.mapKey !== ScalarType.STRING) return false;
      const { message } = field;
      return message === undefined || (!isUnwrapped(field, message) && isCompilable(message, seen));
    })
  );
}

/** Fields of these types hold a plain value in place of the message. */
function isUnwrapped(field: DescField, { typeName }: DescMessage): boolean {
  return typeName === "google.protobuf.Struct"
    ? field.parent.typeName !== "google.protobuf.Value"
    : /^google\.protobuf\.(?!List)\w+Value$/.test(typeName);
}

type Types = Map<DescMessage, Write>;
type WriteField = (message: Readonly<Record<string, unknown>>) => void;

function compileMessage(schema: DescMessage, types: Types): Write {
  const known = types.get(schema);
  if (known !== undefined) return known;
  const fields: WriteField[] = [];
  const write: Write = (value) => {
    const message = asRecord(value);
    for (const field of fields) field(message);
    if (message["$unknown"] !== undefined) writeUnknown(message);
  };
  // Before its fields, as it may be the type of one of them.
  types.set(schema, write);
  for (const field of schema.fields.toSorted((one, other) => one.number - other.number))
    fields.push(compileField(field, types));
  return write;
}

function writeUnknown({ $unknown }: { readonly $unknown?: Message["$unknown"] }): void {
  for (const { no, wireType, data } of $unknown ?? []) {
    output.uint32(((no << 3) | wireType) >>> 0);
    output.raw(data);
  }
}

/** The type of a field's values, or of the values of its list or map. */
function typeOf({ scalar, message }: DescField, types: Types): Type {
  if (message !== undefined) {
    const write = compileMessage(message, types);
    return { wire: delimited, write: (value) => writePart(write, value), isZero: () => false };
  }
  // Without either it is an enum.
  return (scalar === undefined ? undefined : scalars[scalar]) ?? int32;
}

function writePart(write: Write, value: unknown): void {
  const opened = output.open();
  write(value);
  output.close(opened);
}

function compileField(field: DescField, types: Types): WriteField {
  const { localName, number } = field;
  const { wire, write, isZero } = typeOf(field, types);
  const tag = ((number << 3) | wire) >>> 0;
  const writeWhole: Write = (value) => {
    output.uint32(tag);
    write(value);
  };
  switch (field.fieldKind) {
    case "list":
      return compileList(field, { tag, write });
    case "map":
      return compileMap(field, { tag: (2 << 3) | wire, write });
    default:
      break;
  }
  const oneof = field.oneof?.localName;
  if (oneof !== undefined) {
    return (message) => {
      const chosen = asRecord(message[oneof]);
      if (chosen["case"] === localName) writeWhole(chosen["value"]);
    };
  }
  if (field.presence === implicit) {
    return (message) => {
      const value = message[localName];
      if (!isZero(value)) writeWhole(value);
    };
  }
  return (message) => {
    const value = message[localName];
    if (value !== undefined) writeWhole(value);
  };
}

const implicit = FeatureSet_FieldPresence.IMPLICIT;

/** How each value of a list or a map is written. */
interface Values {
  readonly tag: number;
  readonly write: Write;
}

function compileList(field: DescField & { fieldKind: "list" }, { tag, write }: Values): WriteField {
  const { localName, number } = field;
  if (!field.packed) {
    return (message) => {
      for (const value of asList(message[localName])) {
        output.uint32(tag);
        write(value);
      }
    };
  }
  const writeAll: Write = (values) => {
    for (const value of asList(values)) write(value);
  };
  return (message) => {
    const values = asList(message[localName]);
    if (values.length === 0) return;
    output.uint32(((number << 3) | delimited) >>> 0);
    writePart(writeAll, values);
  };
}

/** A map is a list of entries, each a message with a key (field 1) and a value (field 2). */
function compileMap({ localName, number }: DescField, { tag, write }: Values): WriteField {
  const keyTag = (1 << 3) | delimited;
  return (message) => {
    const record = asRecord(message[localName]);
    for (const key of Object.keys(record)) {
      output.uint32(((number << 3) | delimited) >>> 0);
      const opened = output.open();
      output.uint32(keyTag);
      output.string(key);
      output.uint32(tag);
      write(record[key]);
      output.close(opened);
    }
  };
}
