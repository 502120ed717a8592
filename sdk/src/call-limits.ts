import { Code, ConnectError } from "@connectrpc/connect";
import { createDeadlineSignal, getAbortSignalReason } from "@connectrpc/connect/protocol";

/** What can end a call before its answer. */
export interface CallLimits {
  readonly signal: AbortSignal | undefined;
  /** The deadline, in milliseconds from now. */
  readonly timeoutMs: number | undefined;
}

/**
 * Tells when a call's signal is aborted, or its deadline passes. Gives what
 * ends the watch, which is to be called in any case.
 */
export function watchLimits(
  { signal, timeoutMs }: CallLimits,
  over: (reason: unknown) => void,
): () => void {
  const abort = (): void => {
    if (signal !== undefined) over(abortError(signal));
  };
  // Connect's own error of a deadline that has passed.
  const expire = (): void => over(getAbortSignalReason(createDeadlineSignal(0).signal));
  const timer = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs);
  signal?.addEventListener("abort", abort);
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  };
}

/** Makes the error of a signal that is aborted, as Connect does. */
export function abortError(signal: AbortSignal): ConnectError {
  return ConnectError.from(getAbortSignalReason(signal), Code.Canceled);
}
