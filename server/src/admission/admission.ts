import { ServingError } from "../core/errors.ts";
import type { LoopDelay } from "./loop-delay.ts";

/** Refuses calls while the server as a whole has more to do than it can. */
export interface Admission {
  /** The OVERLOADED error of a call that was read just now; undefined if it may go on. */
  readonly refusal: () => ServingError | undefined;
}

/** What calls are admitted by. */
export interface AdmissionOptions {
  readonly delay: LoopDelay;
  /** The longest that the event loop may read calls without a break, in milliseconds. */
  readonly maxWaitMs: number;
}

/**
 * Makes the admission of a server's calls: those that the event loop does not
 * come to read in time are refused, every time with the same error, so that
 * refusing costs as little as can be. Such an error can be known by its identity.
 */
export function createAdmission({ delay, maxWaitMs }: AdmissionOptions): Admission {
  const message = `the server has more calls than it can answer within ${maxWaitMs} ms (timeouts.queue)`;
  const overloaded = new ServingError("OVERLOADED", message, { retryAfterMs: maxWaitMs });
  return { refusal: () => (delay.exceeds(maxWaitMs) ? overloaded : undefined) };
}
