import type { Clock } from "../core/clock.ts";
import { abortError, deadlineError, ServingError } from "../core/errors.ts";
import type { Feeds } from "../core/feeds.ts";
import type { CallSignal } from "../core/prediction.ts";
import type { Tensor } from "../core/tensor.ts";
import { mergeFeeds, mergeKey, splitOutputs } from "./batch-merge.ts";
import type { Executor } from "./executor.ts";
import type { LatencyModel } from "./latency-model.ts";
import type { RunnableModel } from "./runtime.ts";

/** One call's share of a run. */
export interface BatchCall {
  readonly feeds: Feeds;
  /** The outputs to answer, in the order of the answer. */
  readonly outputs: readonly string[];
  /** Aborted when the caller leaves. */
  readonly signal: CallSignal;
  /** When the caller stops waiting, in milliseconds since 1970; Infinity is never. */
  readonly deadline: number;
}

/** Merges concurrent calls of one version into runs, and splits the answers. */
export interface Batcher {
  /**
   * Runs a call, alone or with others, when the engine is free. Rejects with
   * CANCELLED or DEADLINE_EXCEEDED, and does not run the call, where its caller
   * has left or stopped waiting before its turn.
   */
  run(call: BatchCall): Promise<readonly Tensor[]>;
}

/** What a batcher works with. */
export interface BatcherParts {
  readonly model: RunnableModel;
  readonly executor: Executor;
  readonly latency: LatencyModel;
  readonly clock: Clock;
  /** The most rows of a merged run; 1 merges nothing. A call of more rows runs alone. */
  readonly maxRows: number;
  /** How long a batch that is not full waits for more calls, in milliseconds; 0 is not at all. */
  readonly maxDelayMs: number;
}

interface Waiting {
  readonly call: BatchCall;
  readonly resolve: (outputs: readonly Tensor[]) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
}

interface Batch {
  readonly key: string;
  readonly members: Waiting[];
  rows: number;
  /** Set while the batch waits for more calls. */
  timer?: NodeJS.Timeout;
}

/**
 * Makes a batcher. A batch is open from its first call until its turn on the
 * executor: calls are gathered while the engine is busy, and never wait for
 * others when it is free.
 */
export function createBatcher(parts: BatcherParts): Batcher {
  const { model, executor, latency, clock, maxRows, maxDelayMs } = parts;
  const open = new Map<string, Batch>();

  const enqueue = (batch: Batch): void => {
    if (batch.rows < maxRows) open.set(batch.key, batch);
    if (maxDelayMs === 0 || batch.rows >= maxRows) submit(batch);
    else batch.timer = setTimeout(() => submit(batch), maxDelayMs);
  };

  const submit = (batch: Batch): void => {
    clearTimeout(batch.timer);
    void executor.execute(() => start(batch));
  };

  const join = (waiting: Waiting): void => {
    const { feeds, outputs } = waiting.call;
    const key = `${mergeKey(feeds)}|${outputs.join(",")}`;
    const batch = open.get(key);
    if (batch !== undefined && batch.rows + feeds.rowCount <= maxRows) {
      batch.members.push(waiting);
      batch.rows += feeds.rowCount;
      if (batch.rows < maxRows) return;
      open.delete(key);
      if (batch.timer !== undefined) submit(batch);
    } else enqueue({ key, members: [waiting], rows: feeds.rowCount });
  };

  const start = async (batch: Batch): Promise<void> => {
    if (open.get(batch.key) === batch) open.delete(batch.key);
    const now = clock.now();
    const { taken, left } = fitDeadlines(dropLate(batch.members, now), latency, now);
    if (left.length > 0) enqueue({ key: batch.key, members: left, rows: countRows(left) });
    if (taken.length > 0) await runMembers(taken);
  };

  /**
   * Runs members together; where that fails, their halves, so that a bad one
   * fails alone. What made an engine fail is not given to the next one.
   */
  const runMembers = async (members: readonly Waiting[]): Promise<void> => {
    const feeds = mergeFeeds(members.map(({ call }) => call.feeds));
    const started = performance.now();
    let split: readonly (readonly Tensor[])[] | undefined;
    try {
      const outputs = await model.run(feeds.tensors, members[0]?.call.outputs ?? []);
      split =
        members.length === 1
          ? [outputs]
          : splitOutputs(
              outputs,
              members.map(({ call }) => call.feeds.rowCount),
            );
    } catch (error) {
      if (members.length === 1 || isEngineFailure(error)) {
        for (const member of members) member.reject(error);
        return;
      }
    }
    if (split === undefined) {
      const middle = members.length >> 1;
      await runMembers(members.slice(0, middle));
      await runMembers(members.slice(middle));
      return;
    }
    latency.record(feeds.rowCount, performance.now() - started);
    for (const [index, member] of members.entries()) settle(member, split[index]);
  };

  return {
    run: (call) =>
      new Promise((resolve, reject) => {
        if (call.signal.aborted) {
          reject(abortError(call.signal));
          return;
        }
        const leave = (): void => waiting.reject(abortError(call.signal));
        const finish = (): void => {
          waiting.settled = true;
          call.signal.removeEventListener("abort", leave);
        };
        const waiting: Waiting = {
          call,
          settled: false,
          resolve(outputs) {
            finish();
            resolve(outputs);
          },
          reject(error) {
            finish();
            // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- passed on as it came
            reject(error);
          },
        };
        call.signal.addEventListener("abort", leave);
        join(waiting);
      }),
  };
}

function isEngineFailure(error: unknown): boolean {
  return error instanceof ServingError && error.reason === "ENGINE_FAILED";
}

function settle(member: Waiting, outputs: readonly Tensor[] | undefined): void {
  if (outputs !== undefined) member.resolve(outputs);
  else member.reject(new ServingError("INTERNAL", "a call was left out of its batch's answer"));
}

/** Leaves out the members whose callers have left or stopped waiting; the latter are told. */
function dropLate(members: readonly Waiting[], now: number): readonly Waiting[] {
  return members.filter((member) => {
    if (!member.settled && now >= member.call.deadline) member.reject(deadlineError());
    return !member.settled;
  });
}

/**
 * Takes as many members, from the first, as can be run together within the
 * deadline of each of them; at least one, as waiting would not help it.
 */
function fitDeadlines(
  members: readonly Waiting[],
  latency: LatencyModel,
  now: number,
): { readonly taken: readonly Waiting[]; readonly left: Waiting[] } {
  let rows = 0;
  let soonest = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const { call } of members) {
    rows += call.feeds.rowCount;
    soonest = Math.min(soonest, call.deadline);
    const fits = soonest === Number.POSITIVE_INFINITY || now + latency.estimate(rows) <= soonest;
    if (count > 0 && !fits) break;
    count += 1;
  }
  return { taken: members.slice(0, count), left: members.slice(count) };
}

function countRows(members: readonly Waiting[]): number {
  return members.reduce((rows, { call }) => rows + call.feeds.rowCount, 0);
}
