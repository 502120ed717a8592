import type { CallRecord } from "../core/call-record.ts";
import type { Feeds } from "../core/feeds.ts";
import type { CallSignal } from "../core/prediction.ts";

/** One call's share of a run. */
export interface BatchCall {
  readonly feeds: Feeds;
  /** The outputs to answer, in the order of the answer. */
  readonly outputs: readonly string[];
  /** Aborted when the caller leaves. */
  readonly signal: CallSignal;
  /** When the caller stops waiting, in milliseconds since 1970; Infinity is never. */
  readonly deadline: number;
  /** From 0, the most urgent, to 7, as RFC 9218 has it; anything else counts as 3. @default 3 */
  readonly urgency?: number | undefined;
  /** The call that it belongs to, as it is followed. @default it is not */
  readonly record?: CallRecord | undefined;
}

/** The least urgent that a call can be. */
export const leastUrgency = 7;

const defaultUrgency = 3;

/** How urgent a call is: a whole number from 0, the most urgent, to 7. */
export function urgencyOf({ urgency = defaultUrgency }: BatchCall): number {
  return Number.isInteger(urgency) && urgency >= 0 && urgency <= leastUrgency
    ? urgency
    : defaultUrgency;
}
