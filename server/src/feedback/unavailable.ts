import { ServingError } from "../core/errors.ts";

/** After how long a call to a store that cannot work may be tried again, in milliseconds. */
const retryAfterMs = 1000;

/** Makes the error of a store that cannot do its work now. The cause is logged, never sent. */
export function storeUnavailable(what: string, cause?: unknown): ServingError {
  return new ServingError(
    "STORE_UNAVAILABLE",
    `the store of feedback ${what}; send the same again later, it counts once`,
    { retryAfterMs, cause },
  );
}
