import { ServingError, type Violation } from "../core/errors.ts";

/**
 * The most bytes of violations that gRPC's trailers carry. They are base64 there,
 * and clients take 8 KiB of metadata in all: C-core's own limit (gRPC's guide to
 * metadata), while Node's HTTP/2 writes no header block of more than 64 KiB.
 */
const mostBytes = 3800;
/** The most characters of a message, each of which may take nine in a trailer. */
const mostCharacters = 300;
/** The most characters of a field or of its description, once not everything fits. */
const mostOfText = 200;
/** What a violation takes beside its texts. */
const violationBytes = 8;

/**
 * Makes an error fit for gRPC's trailers: as many of its violations as there is
 * room for, and the number of the others. Gives the error itself where it fits.
 */
export function fitTrailers(error: ServingError): ServingError {
  const { violations, message } = error;
  if (message.length <= mostCharacters && sizeOf(violations) <= mostBytes) return error;
  const fitting: Violation[] = [];
  let room = mostBytes;
  for (const violation of violations) {
    const shortened = shorten(violation);
    room -= sizeOf([shortened]);
    if (room < 0) break;
    fitting.push(shortened);
  }
  return new ServingError(error.reason, cut(message, mostCharacters), {
    violations: fitting,
    violationsLeftOut: error.violationsLeftOut + violations.length - fitting.length,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    cause: error.cause,
  });
}

function shorten({ field, description }: Violation): Violation {
  return { field: cut(field, mostOfText), description: cut(description, mostOfText) };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}

function sizeOf(violations: readonly Violation[]): number {
  let size = 0;
  for (const { field, description } of violations)
    size += violationBytes + Buffer.byteLength(field) + Buffer.byteLength(description);
  return size;
}
