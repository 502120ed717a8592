import type { VersionTelemetry } from "../core/call-record.ts";
import type { Clock } from "../core/clock.ts";
import { abortError, ServingError } from "../core/errors.ts";
import type { Reply } from "../core/reply.ts";
import type { Tensor } from "../core/tensor.ts";
import type { BatchCall } from "./batch-call.ts";
import { mergeFeeds, splitOutputs } from "./batch-merge.ts";
import { takeBatch } from "./batch-take.ts";
import { CallQueue, type QueueSize } from "./call-queue.ts";
import type { Engine } from "./engine.ts";
import type { LatencyModel } from "./latency-model.ts";
import { createQueueLimit } from "./queue-limit.ts";
import { createWaitForecast } from "./wait-forecast.ts";
import { WaitingCall } from "./waiting-call.ts";

/** Merges concurrent calls of one version into runs, and splits the answers. */
export interface Batcher {
  /**
   * Runs a call, alone or with others, when the engine is free. Fails with
   * CANCELLED or DEADLINE_EXCEEDED, and does not run the call, where its caller
   * has left or stopped waiting before its turn; with OVERLOADED, at once, where
   * it would wait too long for its turn.
   */
  run(call: BatchCall, reply: Reply<readonly Tensor[]>): void;
  /** What waits for its turn. */
  readonly waiting: QueueSize;
  /** How many runs are under way. */
  readonly running: number;
}

/** What a batcher works with. */
export interface BatcherParts {
  readonly engine: Pick<Engine, "model" | "executor" | "parallel" | "place">;
  readonly latency: LatencyModel;
  readonly clock: Clock;
  /** The most rows of a merged run; 1 merges nothing. A call of more rows runs alone. */
  readonly maxRows: number;
  /** The most rows of a merged run where so many take no longer than 2 ms. @default maxRows */
  readonly shortRunRows?: number;
  /** How long a run that is not full waits for more calls, in milliseconds; 0 is not at all. */
  readonly maxDelayMs: number;
  /** The longest that a call may have to wait for its run, in milliseconds (see `createQueueLimit`). */
  readonly maxWaitMs: number;
  /** Is told of each run. */
  readonly telemetry: Pick<VersionTelemetry, "ran">;
}

/**
 * Makes a batcher. Calls are gathered until their turn on the executor: while
 * the engine is busy, and never waiting for others when it is free.
 */
export function createBatcher(parts: BatcherParts): Batcher {
  const { engine, latency, clock, maxRows, maxDelayMs, maxWaitMs, telemetry } = parts;
  const { shortRunRows = maxRows } = parts;
  const forecast = createWaitForecast({ engine, latency, maxRows });
  const parallel = (): number => engine.parallel;
  const limit = createQueueLimit({ forecast, latency, clock, parallel, maxWaitMs });
  const queue = new CallQueue();
  /** Whether a turn was asked for that has not come. */
  let asked = false;
  let delay: NodeJS.Timeout | undefined;
  let running = 0;

  /** Where runs are short, more rows make fewer turns of the event loop, each of which costs more than many rows. */
  const rowLimit = (): number => {
    const longestMs = latency.estimate(shortRunRows);
    return longestMs > 0 && longestMs <= shortRunMs ? shortRunRows : maxRows;
  };

  const ask = (): void => {
    if (asked) return;
    if (maxDelayMs === 0 || queue.rows >= maxRows) askNow();
    else delay ??= setTimeout(askNow, maxDelayMs);
  };

  const askNow = (): void => {
    clearTimeout(delay);
    delay = undefined;
    asked = true;
    void engine.executor.execute(start);
  };

  /**
   * Before a long run, gives the event loop more turns for as long as each brings
   * calls: a bigger run takes less for each row, and the turns hardly anything of it.
   */
  const gather = async (): Promise<void> => {
    const longestMs = latency.estimate(queue.rows) * gatheringPart;
    if (longestMs < worthMs) return;
    const began = performance.now();
    for (
      let before = 0;
      queue.rows > before && queue.rows < maxRows && performance.now() - began < longestMs;
    ) {
      before = queue.rows;
      // oxlint-disable-next-line no-await-in-loop -- one turn after another
      await nextTurn();
    }
  };

  const start = async (): Promise<void> => {
    if (maxRows > 1) await gather();
    asked = false;
    const bounds = { maxRows: rowLimit(), now: clock.now(), latency };
    const members = takeBatch(queue, bounds);
    if (queue.calls > 0) ask();
    if (members.length > 0) await runMembers(members, performance.now());
  };

  /**
   * Runs members together; where that fails, their halves, so that a bad one
   * fails alone. What made an engine fail is not given to the next one.
   */
  const runMembers = async (members: readonly WaitingCall[], turnAt: number): Promise<void> => {
    let answers: readonly (readonly Tensor[])[] | undefined;
    try {
      answers = await runTogether(members, turnAt);
    } catch (error) {
      if (members.length === 1 || isEngineFailure(error)) {
        for (const member of members) member.fail(error);
        return;
      }
    }
    if (answers === undefined) {
      const middle = members.length >> 1;
      await runMembers(members.slice(0, middle), performance.now());
      await runMembers(members.slice(middle), performance.now());
      return;
    }
    for (let index = 0; index < members.length; index += 1) settle(members[index], answers[index]);
  };

  /** Gives the answers to each of some calls; undefined where they cannot be told apart. */
  const runTogether = async (
    members: readonly WaitingCall[],
    turnAt: number,
  ): Promise<readonly (readonly Tensor[])[] | undefined> => {
    const feeds = members.map(({ call }) => call.feeds);
    const { tensors, rowCount } = mergeFeeds(feeds);
    const beganAt = performance.now();
    const ended = forecast.began(rowCount);
    running += 1;
    let ranAt: number | undefined;
    let answers: readonly (readonly Tensor[])[] | undefined;
    try {
      const answered = await engine.model.run(tensors, members[0]?.call.outputs ?? []);
      ranAt = performance.now();
      answers =
        feeds.length === 1
          ? [answered]
          : splitOutputs(
              answered,
              feeds.map((each) => each.rowCount),
            );
    } finally {
      running -= 1;
      ended();
      const endedAt = performance.now();
      const failed = answers === undefined;
      telemetry.ran({
        shares: members,
        rows: rowCount,
        executor: engine.place,
        turnAt,
        beganAt,
        ranAt: ranAt ?? endedAt,
        endedAt,
        failed,
      });
      if (!failed) latency.record(rowCount, endedAt - beganAt);
    }
    return answers;
  };

  return {
    run(call, reply) {
      const refusal = call.signal.aborted ? abortError(call.signal) : limit.refusal(call, queue);
      if (refusal !== undefined) {
        reply.fail(refusal);
        return;
      }
      queue.push(new WaitingCall(call, reply));
      ask();
    },
    waiting: queue,
    get running() {
      return running;
    },
  };
}

/** A run of no more than so many milliseconds delays nobody. */
const shortRunMs = 2;
/** A run waits for this part of its time at most for calls that are still coming. */
const gatheringPart = 0.1;
/** Less than so many milliseconds is no turn of the event loop. */
const worthMs = 0.02;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function isEngineFailure(error: unknown): boolean {
  return error instanceof ServingError && error.reason === "ENGINE_FAILED";
}

function settle(member: WaitingCall | undefined, outputs: readonly Tensor[] | undefined): void {
  if (outputs !== undefined) member?.answer(outputs);
  else member?.fail(new ServingError("INTERNAL", "a call was left out of its batch's answer"));
}
