import { ServingError } from "../core/errors.ts";

/** Makes the error of a request message that is larger than the limit. */
export function requestTooLarge(limit: number): ServingError {
  return new ServingError(
    "MESSAGE_TOO_LARGE",
    `the request message is larger than the server's limit of ${limit} bytes (limits.maxRequestBytes)`,
  );
}

/** Makes the error of a request message that holds more values than the limit. */
export function tooManyValues(limit: number): ServingError {
  return new ServingError(
    "MESSAGE_TOO_LARGE",
    `the request message holds more than ${limit} values (limits.maxValues); send fewer rows, or raw tensors`,
  );
}

/** Throws MESSAGE_TOO_LARGE for an answer of more bytes than the limit. */
export function assertResponseSize(bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new ServingError(
    "MESSAGE_TOO_LARGE",
    `the response message is larger than the server's limit of ${limit} bytes (limits.maxResponseBytes)`,
  );
}
