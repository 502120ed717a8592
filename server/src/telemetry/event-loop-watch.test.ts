import { describe, expect, it } from "vitest";
import { type DelayMonitor, type EventLoopWatch, watchEventLoop } from "./event-loop-watch.ts";

interface Bench {
  readonly watch: EventLoopWatch;
  /** What was done with the monitor and the timer. */
  readonly steps: readonly string[];
  /** Has the monitor say that all it saw took so many milliseconds. */
  readonly see: (ms: number) => void;
  /** Lets half a minute pass. */
  readonly pass: () => void;
}

function createBench(): Bench {
  const steps: string[] = [];
  let seen = 0;
  let turn = (): void => {};
  const monitor: DelayMonitor = {
    enable: () => steps.push("enable"),
    disable: () => steps.push("disable"),
    reset() {
      seen = 0;
    },
    percentile: (percent) => (seen * 1e6 * percent) / 100,
    get max() {
      return seen * 1e6;
    },
    get count() {
      return seen === 0 ? 0 : 1;
    },
  };
  const watch = watchEventLoop({
    monitor,
    every(ms, then) {
      steps.push(`every ${ms}`);
      turn = then;
      return () => steps.push("stop");
    },
  });
  return {
    watch,
    steps,
    see(ms) {
      seen = ms;
    },
    pass: () => turn(),
  };
}

describe("watchEventLoop()", () => {
  it("tells of no delay before anything was seen", () => {
    expect(createBench().watch.delays()).toEqual({ p50: 0, p90: 0, p99: 0, max: 0 });
  });

  it("tells in seconds how much later than due it was looked at", () => {
    const { watch, see } = createBench();
    see(100);
    expect(watch.delays()).toEqual({
      p50: expect.closeTo(0.03),
      p90: expect.closeTo(0.07),
      p99: expect.closeTo(0.079),
      max: expect.closeTo(0.08),
    });
  });

  it("tells of this half minute and the one before, to any number of readers", () => {
    const { watch, see, pass } = createBench();
    see(520);
    pass();
    see(120);
    const maxima = [watch.delays().max, watch.delays().max];
    pass();
    maxima.push(watch.delays().max);
    pass();
    maxima.push(watch.delays().max);
    expect(maxima).toEqual([0.5, 0.5, expect.closeTo(0.1), 0]);
  });

  it("tells how busy the loop is", () => {
    const { watch, pass } = createBench();
    pass();
    const busy = watch.utilization();
    expect(busy).toBeGreaterThanOrEqual(0);
    expect(busy).toBeLessThanOrEqual(1);
  });

  it("begins at once, and ends when it is stopped", () => {
    const { watch, steps } = createBench();
    watch.stop();
    expect(steps).toEqual(["enable", "every 30000", "stop", "disable"]);
  });
});
