import type { CallSignal } from "../core/prediction.ts";

/** What the implementation of a method may ask of a call: a part of Connect's HandlerContext. */
export interface CallContext {
  /** Aborted when the caller leaves or the deadline passes. */
  readonly signal: CallSignal;
  /** The time until the deadline, in milliseconds; undefined: there is none. */
  timeoutMs(): number | undefined;
}
