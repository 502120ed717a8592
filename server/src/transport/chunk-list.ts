/** Bytes that came in pieces. */
export interface ChunkList {
  /** The number of bytes. */
  readonly size: number;
  /** Adds a piece, which must not be changed afterwards. */
  push(chunk: Uint8Array): void;
  /** Takes the first `length` bytes off, in one piece; there must be as many. */
  take(length: number): Uint8Array;
  /** Reads the first `length` bytes and leaves them; there must be as many. */
  peek(length: number): Uint8Array;
}

const smallBytes = 4096;
const blockBytes = 16 * 1024;

/**
 * Makes an empty list. Small pieces are copied together as they come, so that
 * neither time nor memory grows with their number: a caller can send a byte at
 * a time.
 */
export function createChunkList(): ChunkList {
  let chunks: Uint8Array[] = [];
  let size = 0;
  let block = new Uint8Array(0);
  /** The part of the block that is filled and not yet among the chunks. */
  let start = 0;
  let end = 0;

  const flush = (): void => {
    if (end > start) chunks.push(block.subarray(start, end));
    start = end;
  };
  const join = (): Uint8Array => {
    flush();
    const [first] = chunks;
    if (first === undefined || chunks.length > 1) chunks = [Buffer.concat(chunks)];
    return chunks[0] ?? new Uint8Array(0);
  };

  return {
    get size() {
      return size;
    },
    push(chunk) {
      size += chunk.byteLength;
      if (chunk.byteLength >= smallBytes) {
        flush();
        chunks.push(chunk);
        return;
      }
      if (end + chunk.byteLength > block.byteLength) {
        flush();
        block = new Uint8Array(blockBytes);
        start = 0;
        end = 0;
      }
      block.set(chunk, end);
      end += chunk.byteLength;
    },
    take(length) {
      const bytes = join();
      size -= length;
      chunks = size === 0 ? [] : [bytes.subarray(length)];
      return bytes.subarray(0, length);
    },
    peek: (length) => join().subarray(0, length),
  };
}
