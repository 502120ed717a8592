import type { Writable } from "node:stream";

/** Writes to a stream in few pieces: a write of its own for each small message costs more than the message. */
export interface GatheredWriter {
  /** Whether the reader has more to take before it should be given anything new. */
  readonly full: boolean;
  /** Adds the pieces of a message, in order. */
  add(pieces: readonly Uint8Array[]): void;
  /** Writes everything that was added. */
  flush(): void;
}

/** What is larger is not copied into one piece. */
const joinedBytes = 64 * 1024;

/** Makes a writer; `drained` is called each time the stream is no longer full. */
export function createGatheredWriter(stream: Writable, drained: () => void): GatheredWriter {
  let gathered: Uint8Array[] = [];
  let size = 0;
  let full = false;
  stream.on("drain", () => {
    full = false;
    drained();
  });
  return {
    get full() {
      return full;
    },
    add(pieces) {
      for (const piece of pieces) {
        gathered.push(piece);
        size += piece.byteLength;
      }
    },
    flush() {
      if (size === 0) return;
      const pieces = size <= joinedBytes ? [Buffer.concat(gathered, size)] : gathered;
      gathered = [];
      size = 0;
      stream.cork();
      for (const piece of pieces) full = !stream.write(piece);
      stream.uncork();
    },
  };
}
