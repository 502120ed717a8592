import { Code, ConnectError } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { invalidInput } from "../core/errors.ts";
import { createChunkList } from "./chunk-list.ts";
import { createEnvelopeReader, headerBytes } from "./envelope-reader.ts";
import { requestTooLarge } from "./message-limits.ts";

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

/**
 * Reads a body that is one message, and passes it on decompressed, in one
 * piece, once it is checked. Throws MESSAGE_TOO_LARGE as soon as it is past the
 * limit.
 */
export async function* readMessage(body: Body, rules: MessageRules): Body {
  const received = createChunkList();
  for await (const chunk of body) {
    received.push(chunk);
    if (received.size > rules.limit) throw requestTooLarge(rules.limit);
  }
  const message = await decompress(received.take(received.size), rules);
  rules.check(message);
  yield message;
}

/**
 * Reads a body of enveloped messages, and passes each envelope on in one piece,
 * decompressed, once it is whole and checked. Throws MESSAGE_TOO_LARGE as soon
 * as a length is past the limit.
 */
export async function* readEnvelopes(body: Body, rules: MessageRules): Body {
  const reader = createEnvelopeReader(rules.limit);
  for await (const chunk of body) {
    reader.push(chunk);
    for (let envelope = reader.take(); envelope !== undefined; envelope = reader.take())
      yield await openEnvelope(envelope, rules);
  }
  // Connect's engine takes a header alone for nothing at all.
  reader.end();
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
      throw requestTooLarge(limit);
    const description = `cannot be decompressed as ${compression.name}`;
    throw invalidInput([{ field: "", description }]);
  }
}
