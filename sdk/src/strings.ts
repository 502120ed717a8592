/* The raw form of STRING: each element's length in bytes as a little-endian uint32, then its UTF-8. */

const lengthBytes = 4;
const encoder = new TextEncoder();

/** Writes texts in the raw form. */
export function packStrings(values: readonly string[]): Uint8Array {
  const texts = values.map((value) => encoder.encode(value));
  const size = texts.reduce((sum, text) => sum + lengthBytes + text.length, 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const text of texts) {
    view.setUint32(offset, text.length, true);
    bytes.set(text, offset + lengthBytes);
    offset += lengthBytes + text.length;
  }
  return bytes;
}

/** Reads texts of the raw form; undefined if the bytes end amid an element or are not UTF-8. */
export function unpackStrings(bytes: Uint8Array): string[] | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: string[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (offset + lengthBytes > bytes.length) return undefined;
    const start = offset + lengthBytes;
    offset = start + view.getUint32(offset, true);
    if (offset > bytes.length) return undefined;
    try {
      values.push(decoder.decode(bytes.subarray(start, offset)));
    } catch {
      return undefined;
    }
  }
  return values;
}
