import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { invalidInput, ServingError } from "../core/errors.ts";
import { createChunkList } from "./chunk-list.ts";

/** The chunks of a request's body. */
export type Body = AsyncIterable<Uint8Array>;

/** What the messages of a body are held to. */
export interface MessageRules {
  /** The largest message, in bytes, after decompression. */
  readonly limit: number;
  /** How messages may be compressed; undefined: they may not, or not in a way that is known. */
  readonly compression: Compression | undefined;
  /** Throws what is wrong with a message. */
  readonly check: (message: Uint8Array) => void;
}

/** Makes the error of a request message that is larger than the limit. */
export function tooLarge(limit: number): ServingError {
  return new ServingError(
    "MESSAGE_TOO_LARGE",
    `the request message is larger than the server's limit of ${limit} bytes (limits.maxRequestBytes)`,
  );
}

/**
 * Reads a body that is one message, and passes it on decompressed, in one
 * piece, once it is checked. Throws MESSAGE_TOO_LARGE as soon as it is past the
 * limit.
 */
export async function* readMessage(body: Body, rules: MessageRules): Body {
  const received = createChunkList();
  for await (const chunk of body) {
    received.push(chunk);
    if (received.size > rules.limit) throw tooLarge(rules.limit);
  }
  const message = await decompress(received.take(received.size), rules);
  rules.check(message);
  yield message;
}

const headerBytes = 5;

/**
 * Reads a body of enveloped messages: for each a byte of flags, its length as a
 * big-endian uint32, and its bytes. Passes each envelope on in one piece,
 * decompressed, once it is whole and checked: however small the pieces are that
 * it comes in, the work grows with its size only, and nothing is set aside for
 * a length that is only declared. Throws MESSAGE_TOO_LARGE as soon as a length
 * is past the limit.
 */
export async function* readEnvelopes(body: Body, rules: MessageRules): Body {
  const received = createChunkList();
  let wanted = headerBytes;
  for await (const chunk of body) {
    received.push(chunk);
    while (received.size >= wanted) {
      if (wanted === headerBytes) {
        const length = lengthOf(received.peek(headerBytes));
        if (length > rules.limit) throw tooLarge(rules.limit);
        wanted += length;
        if (received.size < wanted) break;
      }
      yield await openEnvelope(received.take(wanted), rules);
      wanted = headerBytes;
    }
  }
  // A rest is cut off in the middle of an envelope; the protocol's engine says so.
  if (received.size > 0) yield received.take(received.size);
}

function lengthOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, headerBytes).getUint32(1);
}

async function openEnvelope(envelope: Uint8Array, rules: MessageRules): Promise<Uint8Array> {
  const flags = envelope[0] ?? 0;
  const compressed = (flags & compressedFlag) === compressedFlag;
  // Compressed without a way that is known: the protocol's engine refuses it.
  if (compressed && rules.compression === undefined) return envelope;
  const content = envelope.subarray(headerBytes);
  const message = compressed ? await decompress(content, rules) : content;
  rules.check(message);
  if (!compressed) return envelope;
  const plain = new Uint8Array(headerBytes + message.byteLength);
  plain[0] = flags & ~compressedFlag;
  new DataView(plain.buffer).setUint32(1, message.byteLength);
  plain.set(message, headerBytes);
  return plain;
}

async function decompress(
  message: Uint8Array,
  { compression, limit }: MessageRules,
): Promise<Uint8Array> {
  if (compression === undefined || message.byteLength === 0) return message;
  try {
    return await compression.decompress(message, limit);
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.ResourceExhausted)
      throw tooLarge(limit);
    const description = `cannot be decompressed as ${compression.name}`;
    throw invalidInput([{ field: "", description }]);
  }
}
