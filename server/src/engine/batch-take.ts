import { deadlineError } from "../core/errors.ts";
import { type BatchCall } from "./batch-call.ts";
import { canMerge } from "./batch-merge.ts";
import type { CallQueue } from "./call-queue.ts";
import type { LatencyModel } from "./latency-model.ts";
import type { WaitingCall } from "./waiting-call.ts";

/** What bounds a batch. */
export interface BatchBounds {
  /** The most rows of a merged run. */
  readonly maxRows: number;
  /** The time, in milliseconds since 1970. */
  readonly now: number;
  readonly latency: LatencyModel;
}

/** Calls that cannot join a batch are skipped; past so many, the search for others ends. */
const mostSkipped = 256;

/**
 * Takes the calls of the next run out of a queue: the first, and of those behind
 * it that can be merged with it as many as the bounds and the deadline of each
 * of them allow. Calls whose deadline has passed are failed instead.
 */
export function takeBatch(queue: CallQueue, { maxRows, now, latency }: BatchBounds): WaitingCall[] {
  const taken: WaitingCall[] = [];
  let first: BatchCall | undefined;
  let rows = 0;
  let soonest = Number.POSITIVE_INFINITY;
  let skipped = 0;
  let waiting = queue.first();
  while (waiting !== undefined && skipped < mostSkipped && rows < maxRows) {
    const next = queue.after(waiting);
    const { call } = waiting;
    if (now >= call.deadline) waiting.fail(deadlineError());
    else if (first !== undefined && !canShareRun(first, call)) skipped += 1;
    else {
      const together = rows + call.feeds.rowCount;
      soonest = Math.min(soonest, call.deadline);
      const fits =
        together <= maxRows &&
        (soonest === Number.POSITIVE_INFINITY || now + latency.estimate(together) <= soonest);
      // Waiting would not help the first.
      if (first !== undefined && !fits) break;
      queue.remove(waiting);
      taken.push(waiting);
      first ??= call;
      rows = together;
    }
    waiting = next;
  }
  return taken;
}

function canShareRun(one: BatchCall, other: BatchCall): boolean {
  return areSame(one.outputs, other.outputs) && canMerge(one.feeds, other.feeds);
}

function areSame(one: readonly string[], other: readonly string[]): boolean {
  // Calls that want every output share one list.
  if (one === other) return true;
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
