/* Messages of gRPC on the wire: for each a byte of flags, its length as a big-endian uint32, and its bytes. */

/** The bytes in front of a message. */
export const headBytes = 5;

/** Writes the head of a message that is not compressed. */
export function writeHead(target: Uint8Array, offset: number, length: number): void {
  target[offset] = 0;
  target[offset + 1] = length >>> 24;
  target[offset + 2] = length >>> 16;
  target[offset + 3] = length >>> 8;
  target[offset + 4] = length;
}

/** What can be taken from a reader: a message, nothing yet, or what is no plain message. */
export type Taken =
  | { readonly kind: "message"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "part" }
  | { readonly kind: "odd" };

/** Takes plain messages out of bytes that come in pieces of any size. */
export interface EnvelopeReader {
  /** How many bytes there are. */
  readonly size: number;
  /** How many bytes there are beyond the next message; none while it is not whole. */
  readonly backlog: number;
  /** Adds a piece, which must not change afterwards. */
  push(piece: Uint8Array): void;
  /**
   * Takes the next message, in memory of its own. A message that is compressed
   * or longer than the limit is odd, and stays where it is.
   */
  take(): Taken;
  /** Takes everything that is there, as it came. */
  takeRest(): readonly Uint8Array[];
}

const part: Taken = { kind: "part" };
const odd: Taken = { kind: "odd" };

/**
 * Makes a reader. However small the pieces are, its work grows with their bytes
 * only, and nothing is set aside for a length that is only declared.
 */
export function createEnvelopeReader(limit: number): EnvelopeReader {
  let pieces: Uint8Array[] = [];
  /** The first piece that was not taken whole, and how much of it was. */
  let first = 0;
  let offset = 0;
  let size = 0;

  /** The byte at a place among the next five. */
  function byteAt(place: number): number {
    let at = offset + place;
    for (let index = first; ; index += 1) {
      const piece = pieces[index];
      if (piece === undefined) return 0;
      if (at < piece.byteLength) return piece[at] ?? 0;
      at -= piece.byteLength;
    }
  }

  function readLength(): number {
    return byteAt(1) * 2 ** 24 + (byteAt(2) << 16) + (byteAt(3) << 8) + byteAt(4);
  }

  function skip(count: number): void {
    offset += count;
    size -= count;
    for (let piece = pieces[first]; piece !== undefined; piece = pieces[first]) {
      if (offset < piece.byteLength) return;
      offset -= piece.byteLength;
      first += 1;
    }
    pieces = [];
    first = 0;
  }

  function copy(length: number): Uint8Array<ArrayBuffer> {
    const target = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const piece = pieces[first];
      if (piece === undefined) break;
      const bytes = piece.subarray(offset, offset + length - filled);
      target.set(bytes, filled);
      filled += bytes.byteLength;
      skip(bytes.byteLength);
    }
    return target;
  }

  return {
    get size() {
      return size;
    },
    get backlog() {
      return size < headBytes ? 0 : Math.max(0, size - headBytes - readLength());
    },
    push(piece) {
      if (piece.byteLength === 0) return;
      pieces.push(piece);
      size += piece.byteLength;
    },
    take() {
      if (size < headBytes) return part;
      const length = readLength();
      if (byteAt(0) !== 0 || length > limit) return odd;
      if (size < headBytes + length) return part;
      skip(headBytes);
      return { kind: "message", bytes: copy(length) };
    },
    takeRest() {
      const [head, ...others] = pieces.slice(first);
      const rest = head === undefined ? [] : [head.subarray(offset), ...others];
      pieces = [];
      first = offset = size = 0;
      return rest;
    },
  };
}
