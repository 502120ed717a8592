import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { largeBytes } from "../core/sole-memory.ts";
import { largestElementBytes } from "../core/tensor.ts";
import { createChunkList } from "./chunk-list.ts";
import type { BodySource } from "./exchange.ts";
import { spareMemory } from "./spare-memory.ts";
import { collectYoungGarbage } from "./young-garbage.ts";

/** What a body is read as. */
export interface BodyForm {
  /** The most bytes; past them the body is given up. */
  readonly limit: number;
  /** The bytes before the message: those of an envelope's header, which tell its length, or none. */
  readonly lead: number;
  /** The type of the message. */
  readonly schema: DescMessage;
}

/**
 * Reads a body to its end, and calls back with it; with undefined once it is past
 * the limit. A large message is gathered in one place as it comes, and laid so
 * that its largest bytes begin where elements of any type may: chunks that are
 * kept and joined, and bytes that are copied to be aligned, cost as much again
 * each, most of it for memory that was never touched before.
 */
export function readBody(
  source: BodySource,
  form: BodyForm,
  done: (body: Uint8Array | undefined) => void,
): void {
  let only: Buffer | undefined;
  let list: ReturnType<typeof createChunkList> | undefined;
  let whole: Uint8Array | undefined;
  let size = 0;
  /** What came in chunks that are garbage now. */
  let copied = 0;

  const take = (chunk: Buffer): void => {
    const before = size;
    size += chunk.byteLength;
    if (size > form.limit) {
      source.off("data", take);
      source.off("end", end);
      done(undefined);
    } else if (only === undefined) only = chunk;
    else if (whole !== undefined && size <= whole.byteLength) {
      whole.set(chunk, before);
      copied += chunk.byteLength;
      if (copied < mostGarbage) return;
      collectYoungGarbage();
      copied = 0;
    } else {
      list ??= begin(only);
      if (whole !== undefined) list = begin(whole.subarray(0, before));
      list.push(chunk);
      whole = whole === undefined && size >= largeBytes ? gather(only, list, form) : undefined;
      if (whole !== undefined) list = undefined;
    }
  };
  const end = (): void =>
    done(whole?.subarray(0, size) ?? list?.take(size) ?? only ?? new Uint8Array(0));

  source.on("data", take);
  source.on("end", end);
}

/** So many bytes of chunks are collected by hand. */
const mostGarbage = 4 * 1024 * 1024;

/** A body has to come up to this part of the length that it tells before so much is set aside for it. */
const trustedPart = 1 / 8;

function begin(first: Uint8Array): ReturnType<typeof createChunkList> {
  const list = createChunkList();
  list.push(first);
  return list;
}

/** Makes the place for a body of which a part has come; undefined where it is not to be had yet. */
function gather(
  first: Buffer,
  list: ReturnType<typeof createChunkList>,
  { lead, limit, schema }: BodyForm,
): Uint8Array | undefined {
  if (lead === 0 || first.byteLength < lead) return undefined;
  const length = lead + first.readUInt32BE(lead - 4);
  const { size } = list;
  if (length > limit || size > length || size < length * trustedPart) return undefined;
  const begun = list.take(size);
  const offset = lead + findLargestBytes(begun.subarray(lead), schema, length - lead);
  const start = (largestElementBytes - (offset % largestElementBytes)) % largestElementBytes;
  const whole = new Uint8Array(spareMemory.take(length + largestElementBytes), start, length);
  whole.set(begun);
  return whole;
}

/**
 * Finds where the bytes begin that are most of a message, from its beginning; 0
 * where there are none, or the message is not what it should be.
 */
function findLargestBytes(begun: Uint8Array, schema: DescMessage, length: number): number {
  const reader = new BinaryReader(begun);
  let type = schema;
  try {
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (wireType !== WireType.LengthDelimited) {
        reader.skip(wireType, number);
        continue;
      }
      const fieldLength = reader.uint32();
      if (fieldLength * 2 < length) {
        reader.pos += fieldLength;
        continue;
      }
      const field = type.fields.find((each) => each.number === number);
      if (field?.message === undefined) return reader.pos;
      type = field.message;
    }
  } catch {
    // Cut off within a field, or malformed, which is for the parser to say.
  }
  return 0;
}
