/**
 * What the first bytes of a connection say about its protocol.
 *
 * `undecided` means that more bytes are needed; `unknown` means that no further byte can make it
 * one of the others.
 */
export type Sniffed =
  | { readonly kind: "undecided" }
  | { readonly kind: "http2" }
  | { readonly kind: "http1" }
  | { readonly kind: "tls" }
  | { readonly kind: "unknown" };

/** The 24 bytes that open every HTTP/2 connection (RFC 9113, section 3.4). */
export const http2Preface: string = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** The longest method token that passes for HTTP/1.1, in bytes. */
export const maxMethodBytes = 32;

const undecided: Sniffed = { kind: "undecided" };
const unknown: Sniffed = { kind: "unknown" };

const prefaceBytes = Buffer.from(http2Preface, "latin1");
/** Length of "PRI ": once matched, the token is the method that HTTP/2 reserves, so not HTTP/1.1. */
const reservedMethodBytes = 4;
const tlsHandshake = 0x16;
const tlsMajorVersion = 0x03;
const space = 0x20;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

const isTokenByte: readonly boolean[] = Array.from({ length: 256 }, (_, byte) =>
  /^[!#$%&'*+\-.^_`|~0-9A-Za-z]$/.test(String.fromCharCode(byte)),
);

/**
 * Names the protocol that a connection speaks from the bytes it has sent so far, as early as that
 * is certain. It keeps no state: give it all bytes since the start of the connection each time.
 */
export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return undecided;
  if (bytes[0] === tlsHandshake) return secondByte(bytes, tlsMajorVersion, { kind: "tls" });
  // RFC 9112, section 2.2: an empty line before the request line is to be ignored.
  if (bytes[0] === carriageReturn) return secondByte(bytes, lineFeed, { kind: "http1" });

  const matched = matchingPrefix(bytes);
  if (matched === prefaceBytes.length) return { kind: "http2" };
  if (matched === bytes.length) return undecided;
  if (matched >= reservedMethodBytes) return unknown;
  return sniffMethod(bytes);
}

function secondByte(bytes: Uint8Array, expected: number, found: Sniffed): Sniffed {
  if (bytes.length === 1) return undecided;
  return bytes[1] === expected ? found : unknown;
}

/** How many bytes from the start agree with the HTTP/2 preface. */
function matchingPrefix(bytes: Uint8Array): number {
  const limit = Math.min(bytes.length, prefaceBytes.length);
  let count = 0;
  while (count < limit && bytes[count] === prefaceBytes[count]) count += 1;
  return count;
}

function sniffMethod(bytes: Uint8Array): Sniffed {
  for (const [index, byte] of bytes.entries()) {
    if (byte === space && index > 0) return { kind: "http1" };
    if (index === maxMethodBytes || isTokenByte[byte] !== true) return unknown;
  }
  return undecided;
}
