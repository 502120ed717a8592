import { Code, ConnectError } from "@connectrpc/connect";
import { createChunkList } from "./chunk-list.ts";
import { requestTooLarge } from "./message-limits.ts";

/** The bytes in front of a message: a byte of flags, and its length as a big-endian uint32. */
export const headerBytes = 5;

/** Takes envelopes out of bytes that come in pieces of any size. */
export interface EnvelopeReader {
  /** How many bytes are in it. */
  readonly size: number;
  /** Adds a piece, which must not be changed afterwards. */
  push(chunk: Uint8Array): void;
  /**
   * Takes the next envelope, its header included, in one piece; undefined while
   * it is not whole. Throws MESSAGE_TOO_LARGE as soon as its length is past the limit.
   */
  take(): Uint8Array | undefined;
  /** Throws, as Connect's engine does, where the bytes have ended within an envelope. */
  end(): void;
}

/**
 * Makes a reader of messages of at most `limit` bytes. However small the pieces
 * are, its work grows with their bytes only, and nothing is set aside for a
 * length that is only declared.
 */
export function createEnvelopeReader(limit: number): EnvelopeReader {
  const received = createChunkList();
  /** The length of the next envelope; of its header while that is not read. */
  let wanted = headerBytes;
  return {
    get size() {
      return received.size;
    },
    push(chunk) {
      received.push(chunk);
    },
    take() {
      if (wanted === headerBytes && received.size >= headerBytes) {
        const length = lengthOf(received.peek(headerBytes));
        if (length > limit) throw requestTooLarge(limit);
        wanted += length;
        if (length === 0) return received.take(headerBytes);
      }
      if (wanted === headerBytes || received.size < wanted) return undefined;
      const envelope = received.take(wanted);
      wanted = headerBytes;
      return envelope;
    },
    end() {
      if (received.size === 0) return;
      throw new ConnectError("protocol error: incomplete envelope", Code.InvalidArgument);
    },
  };
}

/** Reads the length of the message behind a header. */
export function lengthOf(header: Uint8Array): number {
  return (
    (((header[1] ?? 0) << 24) |
      ((header[2] ?? 0) << 16) |
      ((header[3] ?? 0) << 8) |
      (header[4] ?? 0)) >>>
    0
  );
}
