import { describe, expect, it } from "vitest";
import { createManualTimer, type ManualTimer } from "../../../test/support/manual-timer.ts";
import { measured, valuesOf } from "../../../test/support/snapshots.ts";
import type { Snapshot } from "../telemetry/snapshot.ts";
import { createWholeMetrics, type Teller, type WholeMetrics } from "./whole-metrics.ts";

interface Bench {
  readonly whole: WholeMetrics;
  readonly timer: ManualTimer;
  /** Adds a process that answers each question as it is told to. */
  readonly add: () => FakeTeller;
  readonly values: (collected: Promise<Snapshot>) => Promise<Readonly<Record<string, number>>>;
}

interface FakeTeller extends Teller {
  /** Answers the oldest question that is open. */
  readonly answer: (snapshot: Snapshot) => void;
}

function createBench(): Bench {
  const timer = createManualTimer();
  const whole = createWholeMetrics(timer);
  return {
    whole,
    timer,
    add() {
      const questions: ((snapshot: Snapshot) => void)[] = [];
      const teller: FakeTeller = {
        collect: () => new Promise((resolve) => questions.push(resolve)),
        answer: (snapshot) => questions.shift()?.(snapshot),
      };
      whole.add(teller);
      return teller;
    },
    values: async (collected) => valuesOf(await collected),
  };
}

describe("createWholeMetrics()", () => {
  it("is nothing of nobody", async () => {
    const { whole } = createBench();
    expect(await whole.collect()).toEqual({ numbers: [], histograms: [] });
  });

  it("adds up what all tell, and asks again each time", async () => {
    const { whole, add, values, timer } = createBench();
    const [one, other] = [add(), add()];
    for (const [first, second, events] of [
      [3, 4, 7],
      [5, 4, 9],
    ] as const) {
      const collected = whole.collect();
      one.answer(measured(first, 1));
      other.answer(measured(second, 1));
      expect(await values(collected)).toEqual({ "test.events": events, "test.things": 2 });
    }
    expect(timer.pending()).toEqual([]);
  });

  it("waits a second for each, and takes the last totals of whoever is silent", async () => {
    const { whole, add, values, timer } = createBench();
    const [one, other] = [add(), add()];
    const first = whole.collect();
    one.answer(measured(3, 1));
    other.answer(measured(4, 1));
    await first;
    const second = whole.collect();
    one.answer(measured(5, 1));
    await Promise.resolve();
    expect(timer.pending()).toEqual([1000]);
    timer.fireNext();
    expect(await values(second)).toEqual({ "test.events": 9, "test.things": 1 });
  });

  it("leaves out whoever never answered", async () => {
    const { whole, add, values, timer } = createBench();
    const one = add();
    add();
    const collected = whole.collect();
    one.answer(measured(3, 1));
    await Promise.resolve();
    timer.fireNext();
    expect(await values(collected)).toEqual({ "test.events": 3, "test.things": 1 });
  });

  it("keeps the totals of one that has ended, so that they never go back", async () => {
    const { whole, add, values } = createBench();
    const [one, other] = [add(), add()];
    const first = whole.collect();
    one.answer(measured(3, 1));
    other.answer(measured(4, 1));
    await first;
    whole.remove(one);
    const newcomer = add();
    const second = whole.collect();
    other.answer(measured(6, 1));
    newcomer.answer(measured(1, 1));
    expect(await values(second)).toEqual({ "test.events": 10, "test.things": 2 });
  });

  it("counts one once that ends after its answer, while others are waited for", async () => {
    const { whole, add, values } = createBench();
    const [one, other] = [add(), add()];
    const collected = whole.collect();
    one.answer(measured(3, 1));
    await Promise.resolve();
    whole.remove(one);
    other.answer(measured(4, 1));
    expect(await values(collected)).toEqual({ "test.events": 7, "test.things": 1 });
  });
});
