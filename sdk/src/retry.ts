import { isLasting } from "./connection-errors.ts";
import { invalidInput, type PresageError, type Violation } from "./errors.ts";

/** How calls that fail are tried again. */
export interface RetryOptions {
  /**
   * The most attempts of one call, the first included; 1 or more.
   * @default 4
   */
  readonly maxAttempts?: number;
  /**
   * The most that the first wait lasts, in milliseconds.
   * @default 50
   */
  readonly initialBackoffMs?: number;
  /**
   * The most that any wait lasts, in milliseconds, on top of what the server asks for.
   * @default 2000
   */
  readonly maxBackoffMs?: number;
  /**
   * How much longer each wait may last than the one before; 1 or more.
   * @default 2
   */
  readonly multiplier?: number;
}

/** Retry options with every default filled in and every value checked. */
export type RetryPolicy = Required<RetryOptions>;

const defaults: RetryPolicy = {
  maxAttempts: 4,
  initialBackoffMs: 50,
  maxBackoffMs: 2000,
  multiplier: 2,
};

/** Fills in and checks retry options; `false` is one attempt. Throws `invalid_argument`. */
export function compileRetry(options: RetryOptions | false = {}): RetryPolicy {
  if (options === false) return { ...defaults, maxAttempts: 1 };
  const policy = { ...defaults, ...options };
  const violations: Violation[] = [];
  const check = (name: keyof RetryPolicy, fits: boolean, expected: string): void => {
    if (fits) return;
    const description = `expected ${expected}, got ${policy[name]}`;
    violations.push({ field: `retry.${name}`, description });
  };
  const { maxAttempts, initialBackoffMs, maxBackoffMs, multiplier } = policy;
  check("maxAttempts", Number.isInteger(maxAttempts) && maxAttempts >= 1, "1 or more");
  check("initialBackoffMs", initialBackoffMs >= 0, "0 or more");
  check("maxBackoffMs", maxBackoffMs >= 0, "0 or more");
  check("multiplier", multiplier >= 1, "1 or more");
  if (violations.length > 0) throw invalidInput(violations);
  return policy;
}

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  /** The attempt's number, from 1. */
  readonly attempt: number;
  /** Why it failed. */
  readonly error: PresageError;
  /** A random number from 0 up to, but not including, 1. */
  readonly random: number;
  /** The time until the call's deadline, in milliseconds; Infinity without one. */
  readonly remainingMs: number;
}

/**
 * Returns how long to wait before the next attempt, in milliseconds, or
 * undefined when there must be none.
 *
 * Only `unavailable` and `resource_exhausted` are tried again; a message that
 * was too large is not, nor a connection that would fail in the same way. The wait is random between 0 and the attempt's
 * backoff (full jitter), added to what the server asks for, so that callers
 * who were told the same time do not come back at the same moment.
 */
export function retryDelayMs(policy: RetryPolicy, failed: FailedAttempt): number | undefined {
  if (failed.attempt >= policy.maxAttempts || !isRetryable(failed.error)) return undefined;
  const grown = policy.initialBackoffMs * policy.multiplier ** (failed.attempt - 1);
  const jitter = failed.random * Math.min(grown, policy.maxBackoffMs);
  const delay = (failed.error.retryAfterMs ?? 0) + jitter;
  return delay < failed.remainingMs ? delay : undefined;
}

function isRetryable(error: PresageError): boolean {
  if (error.code === "unavailable") return !isLasting(error.reason);
  return error.code === "resource_exhausted" && error.reason !== "MESSAGE_TOO_LARGE";
}
