import { invalidInput } from "./errors.ts";
import type { RetryOptions } from "./retry.ts";

/** The options that clients have in every environment. */
export interface CommonClientOptions {
  /** Where the server is, e.g. `http://localhost:8080`. Paths under it work too. */
  readonly baseUrl: string;
  /**
   * How messages are written: `binary`, or `json` for people who read the wire.
   * @default "binary"
   */
  readonly format?: "binary" | "json" | undefined;
  /**
   * The deadline of each call but streams, in milliseconds, over all of its
   * attempts; Infinity for none. Streams have none unless their call sets it.
   * @default 30000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How calls that fail with `unavailable` or `resource_exhausted` are tried
   * again; `false`: not at all. Streams, health checks and feedback that brings
   * its rows along never are, nor what would fail in the same way.
   * @default { maxAttempts: 4, initialBackoffMs: 50, maxBackoffMs: 2000, multiplier: 2 }
   */
  readonly retry?: RetryOptions | false | undefined;
  /**
   * Gives the value of the `authorization` header, e.g. `Bearer …`. It is
   * called for each attempt, so that a token that has expired can be replaced.
   * If it fails, the call fails with `unauthenticated`.
   * @default no such header
   */
  readonly auth?: (() => string | Promise<string>) | undefined;
  /**
   * Headers of every call.
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether calls have spans, and their servers are told of the trace by
   * headers such as `traceparent`, where the application has OpenTelemetry.
   * @default true
   */
  readonly tracing?: boolean | undefined;
}

/** What can be set for any one call. */
export interface CallOptions {
  /**
   * Cancels the call when it is aborted; the call then fails with `canceled`,
   * or with `deadline_exceeded` if the signal is one of `AbortSignal.timeout()`.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * The deadline, in milliseconds; Infinity for none.
   * @default the client's timeoutMs; none for streams
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Headers, which go before the client's headers of the same name.
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What can be said of any one prediction. */
export interface RequestOptions {
  /**
   * The version: a number, or an alias such as `stable`.
   * @default the version that the model's routing picks
   */
  readonly version?: string | number | bigint | undefined;
  /**
   * Keeps a caller on one version where routing splits traffic, e.g. a user id.
   * @default no stickiness
   */
  readonly routingKey?: string | undefined;
  /**
   * The caller's own name for the request; the answer repeats it.
   * @default none; in a stream, `#1`, `#2` and so on
   */
  readonly requestId?: string | undefined;
  /**
   * The outputs to answer.
   * @default all of them
   */
  readonly outputs?: readonly string[] | undefined;
}

/** What can be set for one call of predict() and its kind. */
export interface PredictOptions extends CallOptions, RequestOptions {}

// Timers count in signed 32-bit milliseconds; a longer one would fire at once.
const longestTimeoutMs = 2 ** 31 - 1;

/** Checks a deadline; undefined is none, as is what no timer can count. Throws `invalid_argument`. */
export function compileTimeout(timeoutMs: number | undefined): number | undefined {
  if (timeoutMs === undefined || timeoutMs > longestTimeoutMs) return undefined;
  if (timeoutMs > 0) return timeoutMs;
  const description = `expected more than 0 milliseconds, or Infinity, got ${timeoutMs}`;
  throw invalidInput([{ field: "timeoutMs", description }]);
}
