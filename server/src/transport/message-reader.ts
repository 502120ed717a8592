import { type DescField, type DescMessage, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Edition, FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import type { AnyMessage } from "./message-writer.ts";

/** Stands for what is left to the library. */
const odd: unique symbol = Symbol("odd");

/** Reads a message in protobuf's binary form. Throws for what is none. */
export type MessageReader = (bytes: Uint8Array) => AnyMessage;

/**
 * Compiles the reader of a message type; it reads what the library's `fromBinary`
 * does. That adds the fields to a message one by one, which turns one of many
 * fields into a table, and is given everything that is out of the ordinary here.
 */
export function compileMessageReader(schema: DescMessage): MessageReader {
  const compiled = compileMessage(schema, new Map());
  if (compiled === undefined) return (bytes) => fromBinary(schema, bytes);
  return (bytes) => {
    const message = compiled(new BinaryReader(bytes), bytes.byteLength);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has every field of the schema
    return message === odd ? fromBinary(schema, bytes) : (message as unknown as AnyMessage);
  };
}

type Fields = Record<string, unknown>;
/** Reads the message that ends at a position; `odd` for anything that is not just so. */
type Compiled = (reader: BinaryReader, end: number) => Fields | typeof odd;
type Read = (reader: BinaryReader, before: unknown) => unknown;

interface FieldReader {
  readonly key: string;
  readonly wire: number;
  /** Reads a value, given what the field held before; what it returns is the field's from then on. */
  readonly read: Read;
}

type ReadScalar = (reader: BinaryReader) => unknown;

const scalars: Partial<Readonly<Record<ScalarType, readonly [WireType, ReadScalar]>>> = {
  [ScalarType.DOUBLE]: [WireType.Bit64, (reader) => reader.double()],
  [ScalarType.FLOAT]: [WireType.Bit32, (reader) => reader.float()],
  [ScalarType.INT32]: [WireType.Varint, (reader) => reader.int32()],
  [ScalarType.UINT32]: [WireType.Varint, (reader) => reader.uint32()],
  [ScalarType.INT64]: [WireType.Varint, (reader) => reader.int64()],
  [ScalarType.UINT64]: [WireType.Varint, (reader) => reader.uint64()],
  [ScalarType.BOOL]: [WireType.Varint, (reader) => reader.bool()],
  [ScalarType.STRING]: [WireType.LengthDelimited, (reader) => reader.string(true)],
};

/** Undefined for messages that are not made of optional scalars, enums, lists and such messages alone. */
function compileMessage(
  schema: DescMessage,
  known: Map<DescMessage, Compiled>,
): Compiled | undefined {
  const before = known.get(schema);
  if (before !== undefined) return before;
  if (schema.file.edition !== Edition.EDITION_PROTO3) return undefined;
  const readers: FieldReader[] = [];
  const compiled = createReader(schema, readers);
  known.set(schema, compiled);
  for (const field of schema.fields) {
    const reader = compileField(field, known);
    if (reader === undefined) return undefined;
    readers[field.number] = reader;
  }
  return compiled;
}

const mostFieldNumber = 10_000;

function createReader(schema: DescMessage, readers: readonly FieldReader[]): Compiled {
  const { typeName: $typeName } = schema;
  const lists = schema.fields.flatMap((field) =>
    field.fieldKind === "list" ? [field.localName] : [],
  );
  // With every field there from the start, copies of it are never turned into tables.
  const names = schema.fields.map(({ localName }) => [localName, null]);
  const template: Fields = JSON.parse(JSON.stringify({ $typeName, ...Object.fromEntries(names) }));
  for (const { localName } of schema.fields) template[localName] = undefined;

  return (reader, end) => {
    const message = { ...template };
    for (let index = 0; index < lists.length; index += 1) message[lists[index] ?? ""] = [];
    while (reader.pos < end) {
      const tag = reader.uint32();
      const field = readers[tag >>> 3];
      if (field === undefined || field.wire !== (tag & 7)) return odd;
      const value = field.read(reader, message[field.key]);
      if (value === odd) return odd;
      message[field.key] = value;
    }
    return reader.pos === end ? message : odd;
  };
}

function compileField(
  field: DescField,
  known: Map<DescMessage, Compiled>,
): FieldReader | undefined {
  const { localName: key, number } = field;
  if (number > mostFieldNumber || field.oneof !== undefined) return undefined;
  switch (field.fieldKind) {
    case "enum":
      return field.presence === explicit ? { key, wire: WireType.Varint, read: int32 } : undefined;
    case "scalar": {
      const [wire, read] = scalars[field.scalar] ?? [];
      if (wire === undefined || read === undefined || field.longAsString) return undefined;
      return field.presence === explicit ? { key, wire, read } : undefined;
    }
    case "message": {
      const compiled = compileMessage(field.message, known);
      if (compiled === undefined) return undefined;
      const read = compileChild(compiled);
      // One that is given twice is merged.
      const readFirst: Read = (reader, before) => (before === undefined ? read(reader) : odd);
      return { key, wire: WireType.LengthDelimited, read: readFirst };
    }
    case "list":
      return compileList(field, known);
    case "map":
      return undefined;
  }
}

const int32: ReadScalar = (reader) => reader.int32();
const explicit = FeatureSet_FieldPresence.EXPLICIT;

function compileChild(compiled: Compiled): ReadScalar {
  return (reader) => {
    const length = reader.uint32();
    return compiled(reader, reader.pos + length);
  };
}

function compileList(
  field: DescField & { fieldKind: "list" },
  known: Map<DescMessage, Compiled>,
): FieldReader | undefined {
  const { localName: key } = field;
  const wire = WireType.LengthDelimited;
  switch (field.listKind) {
    case "message": {
      const compiled = compileMessage(field.message, known);
      return compiled && { key, wire, read: appendEach(compileChild(compiled)) };
    }
    case "enum":
      return { key, wire, read: appendPacked(int32) };
    case "scalar": {
      const [itemWire, read] = scalars[field.scalar] ?? [];
      if (read === undefined || field.longAsString) return undefined;
      return { key, wire, read: itemWire === wire ? appendEach(read) : appendPacked(read) };
    }
  }
}

function appendEach(read: ReadScalar): Read {
  return (reader, before) => {
    const value = read(reader);
    if (value === odd || !Array.isArray(before)) return odd;
    before.push(value);
    return before;
  };
}

function appendPacked(read: ReadScalar): Read {
  return (reader, before) => {
    if (!Array.isArray(before)) return odd;
    const end = reader.uint32() + reader.pos;
    while (reader.pos < end) before.push(read(reader));
    return reader.pos === end ? before : odd;
  };
}
