import { staticTable } from "./static-table.ts";

const indexed = 0x80;
/** A literal field that no table is to remember: in its own byte the start of the name's index. */
const literal = 0x00;
/** Up to this length a text is written faster one character at a time. */
const shortText = 40;
/** The byte that a field begins with, and at most 6 for the length of each text. */
const maxOverhead = 13;

/** What the static table has of a name. */
interface KnownName {
  readonly index: number;
  /** The index of each value that it has with the name. */
  readonly values: Map<string, number>;
}

const knownNames = new Map<string, KnownName>();
for (const [before, { name, value }] of staticTable.entries()) {
  const index = before + 1;
  const known = knownNames.get(name) ?? { index, values: new Map<string, number>() };
  known.values.set(value, index);
  knownNames.set(name, known);
}

/**
 * Encodes header fields, in order, to a block that stands for the same on every
 * connection: without the dynamic table, and without Huffman's code. Names are
 * in lower case, and texts of latin1, which is not checked.
 */
export function encodeHeaders(fields: Iterable<readonly [name: string, value: string]>): Buffer {
  const list = [...fields];
  const most = list.reduce((bytes, [name, value]) => bytes + fieldBytes(name, value), 0);
  const block = Buffer.allocUnsafe(most);
  let end = 0;
  for (const [name, value] of list) end = writeField(block, end, name, value);
  return block.subarray(0, end);
}

/** At most how many bytes `writeField()` needs for a field. */
export function fieldBytes(name: string, value: string): number {
  return name.length + value.length + maxOverhead;
}

/**
 * Writes a field at an offset as `encodeHeaders()` does, and gives the offset behind
 * it. The target must have `fieldBytes()` bytes there.
 */
export function writeField(target: Buffer, offset: number, name: string, value: string): number {
  const known = knownNames.get(name);
  if (known === undefined) {
    target[offset] = literal;
    return writeText(target, writeText(target, offset + 1, name), value);
  }
  const index = known.values.get(value);
  if (index === undefined) {
    return writeText(target, writeInteger(target, offset, known.index, 0x0f), value);
  }
  target[offset] = indexed | index;
  return offset + 1;
}

function writeText(target: Buffer, offset: number, text: string): number {
  const { length } = text;
  const start = writeInteger(target, offset, length, 0x7f);
  if (length > shortText) return start + target.write(text, start, "latin1");
  for (let at = 0; at < length; at += 1) target[start + at] = text.charCodeAt(at);
  return start + length;
}

/** Writes an integer that begins in the bits of a byte that `mask` has, the others being zeros. */
function writeInteger(target: Buffer, offset: number, value: number, mask: number): number {
  if (value < mask) {
    target[offset] = value;
    return offset + 1;
  }
  target[offset] = mask;
  let at = offset + 1;
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at] = rest;
  return at + 1;
}
