import { createHmac, hash, timingSafeEqual } from "node:crypto";

/** The bytes of a key. */
export const keyBytes = 32;
/** The characters of a seal: 132 bits of the code, in base64url. */
export const sealLength = 22;

const blockBytes = 64;
const digestBytes = 32;
const innerPad = 0x36;
const outerPad = 0x5c;
/** What is set aside at first, for answers of a few rows. */
const leastBytes = 192;

/** Tells what was written with a key from what was not. */
export interface Sealer {
  /** Where to write what is to be sealed, at least so many bytes; the same memory at every call. */
  reserve(length: number): Buffer;
  /** The seal of the first bytes of what was reserved. */
  seal(length: number): string;
  /** Whether a seal is that of the first bytes of what was reserved. */
  matches(length: number, seal: string): boolean;
}

/** Derives the key of what has something in common: HMAC-SHA-256 of that. */
export function deriveKey(key: Uint8Array, common: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(common).digest();
}

/**
 * Makes a sealer by HMAC-SHA-256 (RFC 2104). The two hashes are asked for as
 * text: Node's own Hmac takes 1.4 µs, and each Buffer that it returns 0.9 µs,
 * where both hashes as text take 0.6 µs.
 */
export function createSealer(key: Uint8Array): Sealer {
  if (key.length !== keyBytes) throw new Error(`a key has ${keyBytes} bytes, not ${key.length}`);
  let inner = Buffer.alloc(blockBytes + leastBytes);
  let body = inner.subarray(blockBytes);
  const outer = Buffer.alloc(blockBytes + digestBytes);
  for (let index = 0; index < blockBytes; index += 1) {
    inner[index] = (key[index] ?? 0) ^ innerPad;
    outer[index] = (key[index] ?? 0) ^ outerPad;
  }
  const seal = (length: number): string => {
    const digest = hash("sha256", inner.subarray(0, blockBytes + length), "binary");
    outer.write(digest, blockBytes, "latin1");
    return hash("sha256", outer, "base64url").slice(0, sealLength);
  };
  return {
    reserve(length) {
      if (length > body.length) {
        const larger = Buffer.alloc(blockBytes + Math.max(length, 2 * body.length));
        inner.copy(larger, 0, 0, blockBytes);
        inner = larger;
        body = inner.subarray(blockBytes);
      }
      return body;
    },
    seal,
    matches: (length, given) =>
      given.length === sealLength &&
      timingSafeEqual(Buffer.from(seal(length)), Buffer.from(given, "latin1")),
  };
}
