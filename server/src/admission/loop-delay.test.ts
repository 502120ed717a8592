import { describe, expect, it } from "vitest";
import { createLoopDelay } from "./loop-delay.ts";

/** An event loop whose turns, and whose time, are the test's. */
function createLoop() {
  let time = 0;
  let worked = 0;
  let callbacks: (() => void)[] = [];
  const delay = createLoopDelay({
    now: () => time,
    worked: () => worked,
    afterReading: (then) => callbacks.push(then),
  });
  const pass = (ms: number, share: number): void => {
    time += ms;
    worked += ms * share;
  };
  /**
   * One turn: each call is read so many milliseconds after the one before, of which the thread
   * works a share; then other work is done. Tells for each call whether 100 ms were exceeded.
   */
  const turn = (readsMs: readonly number[], { workMs = 0, share = 1 } = {}): readonly boolean[] => {
    const exceeded = readsMs.map((ms) => {
      pass(ms, share);
      return delay.exceeds(100);
    });
    const due = callbacks;
    callbacks = [];
    for (const callback of due) callback();
    pass(workMs, 1);
    return exceeded;
  };
  return { turn, pending: () => callbacks.length };
}

describe("createLoopDelay()", () => {
  it("counts from the first call that a turn reads", () => {
    const { turn } = createLoop();
    expect(turn([1000, 100, 1])).toEqual([false, false, true]);
    expect(turn([5, 600, 1])).toEqual([false, true, true]);
  });

  it("counts nothing but reading", () => {
    const { turn } = createLoop();
    turn([0, 1], { workMs: 60_000 });
    expect(turn([0, 1])).toEqual([false, false]);
  });

  it("does not count a time in which the thread stood still", () => {
    const { turn } = createLoop();
    expect(turn([0, 1000], { share: 0.04 })).toEqual([false, false]);
    expect(turn([0, 1000], { share: 0.6 })).toEqual([false, true]);
  });

  it("asks for one callback in a turn, and for none once no calls come", () => {
    const { turn, pending } = createLoop();
    expect(pending()).toBe(0);
    turn([0, 40]);
    expect(pending()).toBe(0);
  });
});
