import { invalidInput, ServingError } from "../core/errors.ts";
import { findDuplicateKeys } from "./duplicate-keys.ts";

/** The chunks of a request's body. */
export type Body = AsyncIterable<Uint8Array>;

function tooLarge(limit: number): ServingError {
  return new ServingError(
    "MESSAGE_TOO_LARGE",
    `the request message is larger than the server's limit of ${limit} bytes (limits.maxRequestBytes)`,
  );
}

/** Passes on a body that is one message. Throws MESSAGE_TOO_LARGE as soon as it is past the limit. */
export async function* limitMessage(body: Body, limit: number): Body {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    yield chunk;
  }
}

const envelopeHeader = 5;

/**
 * Passes on a body of enveloped messages: for each a byte of flags, its length
 * as a big-endian uint32, and its bytes. Throws MESSAGE_TOO_LARGE as soon as an
 * envelope declares more than the limit.
 */
export async function* limitEnvelopes(body: Body, limit: number): Body {
  const header = new DataView(new ArrayBuffer(envelopeHeader));
  let filled = 0;
  let remaining = 0;
  for await (const chunk of body) {
    let position = 0;
    while (position < chunk.byteLength) {
      if (remaining > 0) {
        const step = Math.min(remaining, chunk.byteLength - position);
        remaining -= step;
        position += step;
        continue;
      }
      header.setUint8(filled, chunk[position] ?? 0);
      filled += 1;
      position += 1;
      if (filled === envelopeHeader) {
        remaining = header.getUint32(1);
        filled = 0;
        if (remaining > limit) throw tooLarge(limit);
      }
    }
    yield chunk;
  }
}

/**
 * Passes on a body that is one JSON text, whole. Throws INVALID_INPUT if one of
 * its objects gives a name twice.
 */
export async function* refuseDuplicateKeys(body: Body): Body {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const json = Buffer.concat(chunks);
  const duplicates = findDuplicateKeys(json);
  if (duplicates.length > 0) {
    throw invalidInput(duplicates.map((field) => ({ field, description: "given twice" })));
  }
  yield json;
}
