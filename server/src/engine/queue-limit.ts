import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import { type BatchCall, leastUrgency, urgencyOf } from "./batch-call.ts";
import type { CallQueue } from "./call-queue.ts";
import type { LatencyModel } from "./latency-model.ts";
import type { WaitForecast } from "./wait-forecast.ts";

/** Refuses calls that would wait too long, when they come: work that is not begun costs nothing. */
export interface QueueLimit {
  /** The OVERLOADED error of a call that may not join the queue; undefined if it may. */
  refusal(call: BatchCall, queue: CallQueue): ServingError | undefined;
}

/** What a queue is limited by. */
export interface QueueLimitParts {
  readonly forecast: WaitForecast;
  readonly latency: LatencyModel;
  readonly clock: Clock;
  /** How many runs the engine computes at once. */
  readonly parallel: () => number;
  /** The longest that a call of the usual urgency may have to wait, in milliseconds. */
  readonly maxWaitMs: number;
}

/** So many runs for each worker may wait, however long they take. */
const freeRuns = 4;

/**
 * Makes the limit of a version's queue. A call is refused where all that waits
 * would take longer than the limit, or where what comes before it would leave
 * its run no time until its own deadline. The limit of the most urgent calls is
 * 1.6 times that of usual ones, and that of the least urgent 0.2 times.
 */
export function createQueueLimit(parts: QueueLimitParts): QueueLimit {
  const { forecast, latency, clock, parallel, maxWaitMs } = parts;
  const errors = new Map<string, ServingError>();

  /** Refusing must cost far less than answering: errors are made once, with waits that are rounded. */
  const errorOf = (waitMs: number, than: string): ServingError => {
    const retryAfterMs = 2 ** Math.ceil(Math.log2(Math.max(waitMs, 1)));
    const message = `the call would wait up to ${retryAfterMs} ms for its turn, longer than ${than}`;
    const error = errors.get(message) ?? new ServingError("OVERLOADED", message, { retryAfterMs });
    errors.set(message, error);
    return error;
  };

  const missesDeadline = (call: BatchCall, waitMs: number): boolean => {
    const leftMs = call.deadline - clock.now();
    const runMs = latency.estimate(call.feeds.rowCount);
    // A call whose run alone takes longer than its deadline is not late because of others.
    return waitMs > 0 && runMs <= leftMs && waitMs + runMs > leftMs;
  };

  return {
    refusal(call, queue) {
      const { rowCount } = call.feeds;
      const urgency = urgencyOf(call);
      const wait = forecast.wait(queue, rowCount);
      const limitMs = (maxWaitMs * (leastUrgency + 1 - urgency)) / 5;
      if (wait.ms > limitMs && wait.runs >= freeRuns * parallel())
        return errorOf(wait.ms, "its model lets calls wait (batching.maxWait)");
      if (call.deadline === Number.POSITIVE_INFINITY) return undefined;
      const { ms } = forecast.wait(queue.ahead(urgency), rowCount);
      return missesDeadline(call, ms) ? errorOf(ms, "its deadline allows") : undefined;
    },
  };
}
