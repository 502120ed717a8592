import { createHmac, timingSafeEqual } from "node:crypto";
import { sipCodeBytes, sipKeyBytes, writeSipHash } from "./siphash.ts";

/** The bytes of a key that others are derived from. */
export const keyBytes = 32;

/** What is set aside at first, for answers of a few rows. */
const leastBytes = 192;

/** Writes texts that tell what was written with a key from what was not. */
export interface Sealer {
  /** Where to write what is to be sealed, at least so many bytes; the same memory at every call. */
  reserve(length: number): DataView;
  /** What is in common, the first bytes of what was reserved, and their code, as one text in base64url. */
  seal(length: number): string;
  /** The bytes of a text that `seal` gave with this key, without what is in common; undefined for any other text. */
  open(text: string): Buffer | undefined;
}

/**
 * Makes a sealer of what has something in common, whose bytes divide by 3. Its key is the beginning of the
 * HMAC-SHA-256 of that, so the given key is used for nothing else; its codes are
 * SipHash's, a third of what one of Node's hashes takes for a few rows.
 */
export function createSealer(key: Uint8Array, common: Uint8Array): Sealer {
  const derived = createHmac("sha256", checkKey(key)).update(common).digest();
  const sipKey = viewOf(derived.subarray(0, sipKeyBytes));
  const start = common.length;
  let memory = Buffer.alloc(start + leastBytes);
  memory.set(common);
  let view = viewOf(memory.subarray(start));

  const reserve = (length: number): DataView => {
    if (length + sipCodeBytes > view.byteLength) {
      memory = Buffer.alloc(start + Math.max(length + sipCodeBytes, 2 * view.byteLength));
      memory.set(common);
      view = viewOf(memory.subarray(start));
    }
    return view;
  };
  return {
    reserve,
    seal(length) {
      writeSipHash(view, length, sipKey);
      // One text, as one of two parts would have to be put together by whoever writes it.
      return memory.toString("base64url", 0, start + length + sipCodeBytes);
    },
    open(text) {
      const given = decode(text);
      if (given === undefined || given.length < sipCodeBytes) return undefined;
      const length = given.length - sipCodeBytes;
      reserve(length);
      memory.set(given.subarray(0, length), start);
      writeSipHash(view, length, sipKey);
      const whole = memory.subarray(start, start + given.length);
      return timingSafeEqual(whole, given) ? given.subarray(0, length) : undefined;
    },
  };
}

/** Gives a key back. Throws if it is none. */
export function checkKey(key: Uint8Array): Uint8Array {
  if (key.length !== keyBytes) throw new Error(`a key has ${keyBytes} bytes, not ${key.length}`);
  return key;
}

/** Reads base64url; undefined, if its bytes would not be written so. */
export function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}

/** A view of all bytes. */
export function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
