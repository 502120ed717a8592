import type { CallSpan } from "./call-span.ts";
import type { Clock } from "./clock.ts";
import { abortedError, PresageError } from "./errors.ts";
import { type CallOptions, type CommonClientOptions, compileTimeout } from "./options.ts";

/** What bounds a call over all of its attempts. */
export interface Limit {
  readonly signal: AbortSignal | undefined;
  /** The moment of the deadline, on the clock; Infinity without one. */
  readonly deadline: number;
}

/** What tells the headers of one call. */
export interface HeaderParts extends Pick<CallOptions, "headers"> {
  readonly span?: CallSpan | undefined;
}

/** Makes the headers of an attempt. It rejects with a PresageError, once the limit is reached as well. */
export type CallHeaders = (call: HeaderParts, limit: Limit) => Promise<Headers>;

/** Makes headers of what the client's options say, before them what the call says, and its span. */
export function createCallHeaders(
  { headers: common, auth }: Pick<CommonClientOptions, "headers" | "auth">,
  clock: Clock,
): CallHeaders {
  return async (call, limit) => {
    const headers = new Headers(common);
    if (auth !== undefined) {
      headers.set("authorization", await within(authorize(auth), limit, clock));
    }
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value);
    call.span?.inject(headers);
    return headers;
  };
}

/** Tells how many milliseconds are left. Throws a PresageError once there are none, or the caller has cancelled. */
export function remainingMs({ deadline, signal }: Limit, clock: Clock): number {
  if (signal?.aborted === true) throw abortedError(signal);
  const remaining = deadline - clock.now();
  if (remaining <= 0) throw deadlineExceeded();
  return remaining;
}

/** Waits for work that knows of no deadline, such as the caller's own function. */
async function within(work: Promise<string>, limit: Limit, clock: Clock): Promise<string> {
  const over = new AbortController();
  const abort = (): void => over.abort();
  limit.signal?.addEventListener("abort", abort);
  const timeoutMs = compileTimeout(remainingMs(limit, clock));
  const timer =
    timeoutMs === undefined ? untilAborted(over.signal) : clock.sleep(timeoutMs, over.signal);
  try {
    const result = await Promise.race([work, timer]);
    if (result !== undefined) return result;
    remainingMs(limit, clock);
    throw deadlineExceeded();
  } finally {
    limit.signal?.removeEventListener("abort", abort);
    over.abort();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

function deadlineExceeded(): PresageError {
  return new PresageError("deadline_exceeded", "the call's deadline passed before its answer came");
}

async function authorize(auth: () => string | Promise<string>): Promise<string> {
  try {
    return await auth();
  } catch (cause) {
    throw new PresageError("unauthenticated", "the client's auth function failed", { cause });
  }
}
