import { Code, ConnectError } from "@connectrpc/connect";
import type { CallSignal } from "../core/prediction.ts";

/**
 * The signal of a call on the plain lane: what is needed of an AbortSignal, as
 * a whole one, with the exception that it makes, costs more than a small run.
 */
export interface PlainSignal extends CallSignal {
  /** Aborts the call, once. */
  abort(reason: unknown): void;
}

/** Makes the signal of one call. */
export function createPlainSignal(): PlainSignal {
  return new PlainSignalImplementation();
}

/** Aborts a call's signal when its time has passed; the timer is for the caller to clear. */
export function startDeadline(timeoutMs: number, signal: PlainSignal): NodeJS.Timeout {
  return setTimeout(() => {
    // The reason that Connect's engine gives, so that a method sees the same on both lanes.
    signal.abort(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  }, timeoutMs);
}

class PlainSignalImplementation implements PlainSignal {
  aborted = false;
  reason: unknown = undefined;
  /** A call has one listener at a time, as a rule: the others are made room for when they come. */
  #listener: (() => void) | undefined = undefined;
  #others: (() => void)[] | undefined = undefined;

  addEventListener(_type: "abort", listener: () => void): void {
    if (this.#listener === undefined) this.#listener = listener;
    else this.#others = [...(this.#others ?? []), listener];
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others = this.#others?.filter((each) => each !== listener);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const others = this.#others;
    this.#listener?.();
    if (others !== undefined) for (const listener of others) listener();
  }
}
