import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/**
 * Tells whether a message would unfold into more values — messages, lists,
 * texts, and in JSON numbers too — than a limit. A row of 4 bytes on the
 * wire takes some 250 in memory, so the size of a message alone bounds little. It
 * looks before anything is unfolded; bytes that are no such message are left
 * for the parser to refuse.
 */
export function isTooHeavy(
  schema: DescMessage,
  message: Uint8Array,
  { format, limit }: { readonly format: "binary" | "json"; readonly limit: number },
): boolean {
  // A value takes two bytes at least.
  if (message.byteLength <= limit * 2) return false;
  if (format === "json") return countSeparators(message) > limit;
  try {
    return countMessages(schema, message, limit) > limit;
  } catch {
    return false;
  }
}

const comma = 0x2c;
const openBracket = 0x5b;
const openBrace = 0x7b;

/** Counts what separates values in JSON; those in texts are counted too, which errs on the safe side. */
function countSeparators(json: Uint8Array): number {
  let count = 0;
  for (const byte of json) {
    if (byte === comma || byte === openBracket || byte === openBrace) count += 1;
  }
  return count;
}

interface Part {
  readonly schema: DescMessage;
  readonly bytes: Uint8Array;
}

/** Counts messages and texts, however deep, until there are more than the limit. */
function countMessages(schema: DescMessage, message: Uint8Array, limit: number): number {
  const parts: Part[] = [{ schema, bytes: message }];
  let count = 0;
  for (let part = parts.pop(); part !== undefined && count <= limit; part = parts.pop()) {
    const fields = new Map(part.schema.fields.map((field) => [field.number, field]));
    const reader = new BinaryReader(part.bytes);
    while (reader.pos < reader.len && count <= limit) {
      const [number, wireType] = reader.tag();
      const field = fields.get(number);
      if (wireType !== WireType.LengthDelimited || field === undefined) {
        reader.skip(wireType, number);
        continue;
      }
      const bytes = reader.bytes();
      const counted = field.message !== undefined || isTextList(field);
      if (counted) count += 1;
      if (field.message === undefined) continue;
      const inner = field.fieldKind === "map" ? valueOfEntry(bytes) : bytes;
      if (inner !== undefined) parts.push({ schema: field.message, bytes: inner });
    }
  }
  return count;
}

function isTextList(field: DescField): boolean {
  return field.fieldKind === "list" && field.scalar === ScalarType.STRING;
}

const entryValue = 2;

/** The value's bytes of a map's entry. */
function valueOfEntry(entry: Uint8Array): Uint8Array | undefined {
  const reader = new BinaryReader(entry);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === entryValue && wireType === WireType.LengthDelimited) return reader.bytes();
    reader.skip(wireType, number);
  }
  return undefined;
}
