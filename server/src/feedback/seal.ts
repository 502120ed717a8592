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
  /** The first bytes of what was reserved and their code, in base64url. */
  seal(length: number): string;
  /** The bytes of a text that `seal` gave with this key; undefined for any other text. */
  open(text: string): Buffer | undefined;
}

/**
 * Makes a sealer of what has something in common. Its key is the beginning of the
 * HMAC-SHA-256 of that, so the given key is used for nothing else; its codes are
 * SipHash's, a third of what one of Node's hashes takes for a few rows.
 */
export function createSealer(key: Uint8Array, common: Uint8Array): Sealer {
  const derived = createHmac("sha256", checkKey(key)).update(common).digest();
  const sipKey = viewOf(derived.subarray(0, sipKeyBytes));
  let memory = Buffer.alloc(leastBytes);
  let view = viewOf(memory);

  const reserve = (length: number): DataView => {
    if (length + sipCodeBytes > memory.length) {
      memory = Buffer.alloc(Math.max(length + sipCodeBytes, 2 * memory.length));
      view = viewOf(memory);
    }
    return view;
  };
  return {
    reserve,
    seal(length) {
      writeSipHash(view, length, sipKey);
      return memory.toString("base64url", 0, length + sipCodeBytes);
    },
    open(text) {
      const given = decode(text);
      if (given === undefined || given.length < sipCodeBytes) return undefined;
      const length = given.length - sipCodeBytes;
      reserve(length);
      memory.set(given.subarray(0, length));
      writeSipHash(view, length, sipKey);
      const whole = memory.subarray(0, given.length);
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
