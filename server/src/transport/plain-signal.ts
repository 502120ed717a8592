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

class PlainSignalImplementation implements PlainSignal {
  aborted = false;
  reason: unknown = undefined;
  #listeners: (() => void)[] = [];

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }
}
