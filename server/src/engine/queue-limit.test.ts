import { describe, expect, it } from "vitest";
import type { BatchCall } from "./batch-call.ts";
import { CallQueue } from "./call-queue.ts";
import { createLatencyModel } from "./latency-model.ts";
import { createQueueLimit } from "./queue-limit.ts";
import { createWaitForecast } from "./wait-forecast.ts";
import { WaitingCall } from "./waiting-call.ts";

const { signal } = new AbortController();
const callOf = (facts: Partial<BatchCall> = {}): BatchCall => ({
  feeds: { tensors: [], rowCount: 1 },
  outputs: [],
  signal,
  deadline: Infinity,
  ...facts,
});

/** The limit of a version whose runs take 10 ms and are not merged, at the time 1000, and its queue. */
function setUp({ maxWaitMs = 100, runMs = 10, parallel = 1 } = {}) {
  const latency = createLatencyModel();
  latency.record(1, runMs);
  const executor = { sharers: 1, queueLength: 0, execute: () => Promise.reject(new Error("none")) };
  const forecast = createWaitForecast({ engine: { executor, parallel }, latency, maxRows: 1 });
  const limit = createQueueLimit({
    forecast,
    latency,
    clock: { now: () => 1000 },
    parallel: () => parallel,
    maxWaitMs,
  });
  const queue = new CallQueue();
  const add = (facts?: Partial<BatchCall>): void => {
    queue.push(new WaitingCall(callOf(facts), { answer() {}, fail() {} }));
  };
  return {
    add,
    refusal: (facts?: Partial<BatchCall>) => limit.refusal(callOf(facts), queue),
    /** How many calls are admitted one after the other. */
    fill: (facts?: Partial<BatchCall>): number => {
      let admitted = 0;
      while (limit.refusal(callOf(facts), queue) === undefined && admitted < 10_000) {
        add(facts);
        admitted += 1;
      }
      return admitted;
    },
  };
}

describe("createQueueLimit()", () => {
  it.each([
    { name: "as many calls as fit into the limit", options: {}, admitted: 11 },
    { name: "more where more run at once", options: { parallel: 4 }, admitted: 41 },
    { name: "four runs, however long", options: { runMs: 60_000 }, admitted: 4 },
    {
      name: "four runs for each worker, however long",
      options: { runMs: 60_000, parallel: 3 },
      admitted: 12,
    },
  ])("lets $name wait", ({ options, admitted }) => {
    expect(setUp(options).fill()).toBe(admitted);
  });

  it("refuses usual calls before urgent ones, and the least urgent first", () => {
    const { fill } = setUp();
    expect([7, 5, 3, 1, 0].map((urgency) => fill({ urgency }))).toEqual([4, 3, 4, 4, 2]);
  });

  it("says when to call again, with one error for as long as that stays the same", () => {
    const { fill, refusal } = setUp();
    fill();
    const error = refusal();
    expect([error?.reason, error?.retryAfterMs]).toEqual(["OVERLOADED", 128]);
    expect(refusal()).toBe(error);
  });

  const deadlines = [
    { name: "one that the wait leaves time for", waiting: 3, deadline: 1040, refused: false },
    { name: "one that the wait leaves too little for", waiting: 3, deadline: 1039, refused: true },
    { name: "one that nothing is before", waiting: 0, deadline: 1005, refused: false },
    { name: "one that its run alone does not keep", waiting: 3, deadline: 1005, refused: false },
  ];
  it.each(deadlines)("judges a deadline: $name", ({ waiting, deadline, refused }) => {
    const { add, refusal } = setUp();
    for (let count = 0; count < waiting; count += 1) add();
    expect(refusal({ deadline }) !== undefined).toBe(refused);
  });

  it("judges a deadline by the calls that are as urgent or more", () => {
    const { add, refusal } = setUp();
    for (let count = 0; count < 3; count += 1) add({ urgency: 3 });
    const deadline = 1020;
    expect([0, 2, 3, 7].map((urgency) => refusal({ deadline, urgency })?.reason)).toEqual([
      undefined,
      undefined,
      "OVERLOADED",
      "OVERLOADED",
    ]);
  });
});
