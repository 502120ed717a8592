import * as fc from "fast-check";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createDoubler, createManualExecutor, feedsOf } from "../../../test/support/doubler.ts";
import type { RunRecord } from "../core/call-record.ts";
import { ServingError } from "../core/errors.ts";
import { promiseReply } from "../core/reply.ts";
import type { Tensor } from "../core/tensor.ts";
import { createBatcher } from "./batcher.ts";
import { createLatencyModel } from "./latency-model.ts";

function setUp({
  maxRows = 8,
  shortRunRows = 0,
  now = (): number => 0,
  latency = createLatencyModel(),
  maxDelayMs = 0,
  maxWaitMs = 1000,
  fatal = Number.NaN,
} = {}) {
  const model = createDoubler(fatal);
  const executor = createManualExecutor();
  const engine = { model, executor, parallel: 1, place: "inline" as const };
  const runs: RunRecord[] = [];
  const batcher = createBatcher({
    engine,
    latency,
    maxRows,
    ...(shortRunRows > 0 && { shortRunRows }),
    maxDelayMs,
    maxWaitMs,
    clock: { now },
    telemetry: { ran: (run) => runs.push(run) },
  });
  const call = (
    values: readonly number[],
    {
      signal = new AbortController().signal,
      deadline = Infinity,
      width = 1,
      outputs = ["y"],
      urgency = 3,
    } = {},
  ) =>
    promiseReply<readonly Tensor[]>((reply) =>
      batcher.run({ feeds: feedsOf(values, width), outputs, signal, deadline, urgency }, reply),
    );
  return { model, executor, batcher, call, runs };
}

const dataOf = (outputs: readonly Tensor[]) =>
  Array.from<string | number | bigint, number>(outputs[0]?.data ?? [], Number);
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => (error as ServingError).reason,
  );

describe("createBatcher()", () => {
  it("tells of a run, with the calls that shared it and its phases in their order", async () => {
    const { executor, batcher, call, runs } = setUp();
    const calls = [call([1]), call([2, 3])];
    expect([batcher.waiting.calls, batcher.waiting.rows, batcher.running]).toEqual([2, 3, 0]);
    await executor.turn();
    await Promise.all(calls);
    expect(runs).toMatchObject([{ rows: 3, executor: "inline", failed: false }]);
    const times = runs.flatMap(({ shares, turnAt, beganAt, ranAt, endedAt }) => [
      ...shares.map(({ queuedAt }) => queuedAt),
      turnAt,
      beganAt,
      ranAt,
      endedAt,
    ]);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(times).toHaveLength(6);
    expect([batcher.waiting.calls, batcher.running]).toEqual([0, 0]);
  });

  it.each([
    {
      runMs: 1000,
      rows: [3],
      name: "gathers what each turn of the event loop brings before a long run",
    },
    { runMs: 0.1, rows: [1, 2], name: "runs at once where a run is short" },
  ])("$name", async ({ runMs, rows }) => {
    const latency = createLatencyModel();
    latency.record(1, runMs);
    const { executor, call, runs } = setUp({ latency });
    const calls = [call([1])];
    for (const value of [2, 3]) setImmediate(() => void calls.push(call([value])));
    await executor.turn();
    await new Promise((resolve) => setImmediate(resolve));
    await executor.turn();
    await Promise.all(calls);
    expect(runs.map((run) => run.rows)).toEqual(rows);
  });

  it.each([
    { runMs: 0.1, rows: [5] },
    { runMs: 1, rows: [2, 2, 1] },
  ])(
    "runs more rows than usual where so many take 2 ms at most: $runMs ms a row",
    async ({ runMs, rows }) => {
      const latency = { record: () => {}, estimate: (count: number) => count * runMs };
      const { executor, call, runs } = setUp({ latency, maxRows: 2, shortRunRows: 8 });
      const calls = [1, 2, 3, 4, 5].map((value) => call([value]));
      for (let turn = 0; turn < rows.length; turn += 1) await executor.turn();
      await Promise.all(calls);
      expect(runs.map((run) => run.rows)).toEqual(rows);
    },
  );

  it("waits for no more calls before a long run once a turn has brought none, or the run is full", async () => {
    const latency = createLatencyModel();
    latency.record(1, 1000);
    const { executor, call, runs } = setUp({ latency, maxRows: 2 });
    const calls = [call([1]), call([2]), call([3])];
    await executor.turn();
    await executor.turn();
    await Promise.all(calls);
    expect(runs.map((run) => run.rows)).toEqual([2, 1]);
  });

  it("tells of runs that failed, and of those that the calls were split into", async () => {
    const { executor, batcher, call, runs } = setUp();
    const calls = [call([1]), call([-13])];
    const settled = Promise.allSettled(calls);
    await executor.turn();
    await settled;
    expect(runs.map(({ rows, failed }) => [rows, failed])).toEqual([
      [2, true],
      [1, false],
      [1, true],
    ]);
    expect(batcher.running).toBe(0);
  });

  it("runs the calls that wait for the engine together", async () => {
    const { model, executor, call } = setUp();
    const calls = [call([1]), call([2, 3]), call([4])];
    await executor.turn();
    expect((await Promise.all(calls)).map(dataOf)).toEqual([[2], [4, 6], [8]]);
    expect(model.runs).toEqual([4]);
  });

  it("gives what made the engine fail to no other run", async () => {
    const { model, executor, call } = setUp({ fatal: 13 });
    const calls = [call([1]), call([13]), call([3])].map(reasonOf);
    await executor.turn();
    expect(await Promise.all(calls)).toEqual(Array(3).fill("ENGINE_FAILED"));
    expect(model.runs).toEqual([3]);
  });

  it.each([
    { name: "rows of another size", other: { width: 2 } },
    { name: "other outputs", other: { outputs: ["z"] } },
  ])("keeps $name apart", async ({ other }) => {
    const { model, executor, call } = setUp();
    const calls = [call([1, 2]), call([3, 4], other)];
    await executor.turn();
    await executor.turn();
    await Promise.all(calls);
    expect(model.runs).toHaveLength(2);
  });

  it.each([
    { maxRows: 1, rows: [1, 1, 1], runs: [1, 1, 1] },
    { maxRows: 4, rows: [2, 2, 1], runs: [4, 1] },
    { maxRows: 4, rows: [3, 2, 2], runs: [3, 4] },
    { maxRows: 4, rows: [9, 1], runs: [9, 1] },
  ])("merges at most $maxRows rows: $rows", async ({ maxRows, rows, runs }) => {
    const { model, executor, call } = setUp({ maxRows });
    const calls = rows.map((count) => call(Array.from({ length: count }, () => 1)));
    while (executor.queueLength > 0) await executor.turn();
    await Promise.all(calls);
    expect(model.runs).toEqual(runs);
  });

  it("merges calls of one kind past those of another", async () => {
    const { model, executor, call } = setUp();
    const widths = [1, 2, 1, 2, 1];
    const calls = widths.map((width, index) => call(Array(width).fill(index), { width }));
    while (executor.queueLength > 0) await executor.turn();
    const answers = await Promise.all(calls);
    expect(answers.map(dataOf)).toEqual([[0], [2, 2], [4], [6, 6], [8]]);
    expect(model.runs).toEqual([3, 2]);
  });

  it("waits for more calls as long as it may, and not once a run is full", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { model, executor, call } = setUp({ maxRows: 2, maxDelayMs: 10 });
    const calls = [call([1])];
    vi.advanceTimersByTime(9);
    expect(executor.queueLength).toBe(0);
    vi.advanceTimersByTime(1);
    expect(executor.queueLength).toBe(1);
    await executor.turn();
    calls.push(call([2]), call([3]));
    expect(executor.queueLength).toBe(1);
    await executor.turn();
    await Promise.all(calls);
    expect(model.runs).toEqual([1, 2]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("drops calls whose caller has left, at once, and never runs them", async () => {
    const { model, executor, call } = setUp();
    const caller = new AbortController();
    const calls = [call([1]), call([2], { signal: caller.signal })];
    caller.abort();
    expect(await reasonOf(calls[1] ?? Promise.reject())).toBe("CANCELLED");
    await executor.turn();
    await calls[0];
    expect(model.runs).toEqual([1]);
    const gone = AbortSignal.abort();
    expect(await reasonOf(call([3], { signal: gone }))).toBe("CANCELLED");
    expect(executor.queueLength).toBe(0);
  });

  it("drops calls whose deadline has passed, and never runs them", async () => {
    let now = 0;
    const { model, executor, call } = setUp({ now: () => now });
    const calls = [call([1], { deadline: 10 }), call([2], { deadline: 11 })];
    now = 10;
    await executor.turn();
    expect(await Promise.all(calls.map(reasonOf))).toEqual(["DEADLINE_EXCEEDED", "answered"]);
    expect(model.runs).toEqual([1]);
  });

  it("runs no more rows together than the callers' deadlines allow", async () => {
    const latency = createLatencyModel();
    for (const [rows, duration] of [
      [1, 10],
      [2, 20],
      [4, 40],
    ] as const)
      latency.record(rows, duration);
    const { model, executor, call } = setUp({ latency });
    const calls = [call([1], { deadline: 25 }), call([2]), call([3]), call([4])];
    await executor.turn();
    expect(await reasonOf(calls[0] ?? Promise.reject())).toBe("answered");
    await executor.turn();
    await Promise.all(calls);
    expect(model.runs).toEqual([2, 2]);
  });

  it("fails the bad call of a merged run alone", async () => {
    const { executor, call } = setUp();
    const calls = [[1], [-2], [3], [4], [5]].map((values) => call(values));
    await executor.turn();
    expect(await Promise.all(calls.map(reasonOf))).toEqual([
      "answered",
      "MODEL_RUN_FAILED",
      "answered",
      "answered",
      "answered",
    ]);
  });

  it("runs the more urgent calls first", async () => {
    const { executor, call } = setUp({ maxRows: 1 });
    const answered: number[] = [];
    const calls = [3, 5, 0, 3, 1].map(async (urgency, index) => {
      await call([index], { urgency });
      answered.push(index);
    });
    while (executor.queueLength > 0) await executor.turn();
    await Promise.all(calls);
    expect(answered).toEqual([2, 4, 0, 3, 1]);
  });

  it("refuses what would wait too long at once, and takes calls again once others are done", async () => {
    const latency = createLatencyModel();
    latency.record(1, 100);
    const { model, executor, call } = setUp({ maxRows: 1, maxWaitMs: 500, latency });
    const flood = Array.from({ length: 20 }, () => reasonOf(call([1])));
    expect(await Promise.all(flood.slice(6))).toEqual(Array(14).fill("OVERLOADED"));
    await executor.turn();
    flood.push(reasonOf(call([2])));
    while (executor.queueLength > 0) await executor.turn();
    expect(await Promise.all(flood)).toEqual([
      ...Array(6).fill("answered"),
      ...Array(14).fill("OVERLOADED"),
      "answered",
    ]);
    expect(model.runs).toHaveLength(7);
  });

  it("gives every caller the answer to its own rows, whatever comes together", async () => {
    const callArbitrary = fc.record({
      values: fc.array(fc.integer({ min: -1, max: 1000 }), { minLength: 1, maxLength: 4 }),
      width: fc.constantFrom(1, 2),
      leaves: fc.boolean(),
      turnAfter: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(callArbitrary, { maxLength: 20 }),
        fc.integer({ min: 1, max: 6 }),
        async (calls, maxRows) => {
          const { executor, call } = setUp({ maxRows });
          const outcomes: Promise<unknown>[] = [];
          for (const { values, width, leaves, turnAfter } of calls) {
            const caller = new AbortController();
            const rows = values.flatMap((value) => Array.from({ length: width }, () => value));
            const outcome = call(rows, { width, signal: caller.signal }).then(
              dataOf,
              (error: unknown) => (error as ServingError).reason,
            );
            if (leaves) caller.abort();
            const expected = values.some((value) => value < 0)
              ? "MODEL_RUN_FAILED"
              : rows.map((value) => value * 2);
            outcomes.push(
              outcome.then((result) => expect(result).toEqual(leaves ? "CANCELLED" : expected)),
            );
            if (turnAfter) await executor.turn();
          }
          while (executor.queueLength > 0) await executor.turn();
          await Promise.all(outcomes);
        },
      ),
    );
  });
});
