import { describe, expect, it } from "vitest";
import { createLatencyModel } from "./latency-model.ts";
import { createWaitForecast } from "./wait-forecast.ts";

/** A version whose runs of 1 row take 10 ms and those of 4 rows 20 ms. */
function setUp({ parallel = 1, sharers = 1, maxRows = 4 } = {}) {
  let time = 1000;
  const latency = createLatencyModel();
  latency.record(1, 10);
  latency.record(4, 20);
  const executor = { sharers, queueLength: 0, execute: () => Promise.reject(new Error("none")) };
  const forecast = createWaitForecast({
    engine: { executor, parallel },
    latency,
    maxRows,
    now: () => time,
  });
  return {
    forecast,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

describe("createWaitForecast()", () => {
  it.each([
    { name: "nothing", ahead: { calls: 0, rows: 0 }, rows: 1, wait: { runs: 0, ms: 0 } },
    { name: "what it may join", ahead: { calls: 3, rows: 3 }, rows: 1, wait: { runs: 0, ms: 0 } },
    { name: "a full run", ahead: { calls: 4, rows: 4 }, rows: 1, wait: { runs: 1, ms: 20 } },
    { name: "a run and more", ahead: { calls: 5, rows: 5 }, rows: 1, wait: { runs: 2, ms: 40 } },
    { name: "long calls", ahead: { calls: 2, rows: 16 }, rows: 1, wait: { runs: 2, ms: 80 } },
  ])("foresees the wait behind $name", ({ ahead, rows, wait }) => {
    expect(setUp().forecast.wait(ahead, rows)).toEqual(wait);
  });

  it("counts a run for each call where none are merged", () => {
    const { forecast } = setUp({ maxRows: 1 });
    expect(forecast.wait({ calls: 3, rows: 3 }, 1)).toEqual({ runs: 3, ms: 30 });
  });

  it("shares runs out among the workers, and the executor among its versions", () => {
    const ahead = { calls: 8, rows: 8 };
    expect(setUp({ parallel: 4 }).forecast.wait(ahead, 1).ms).toBe(10);
    expect(setUp({ sharers: 3 }).forecast.wait(ahead, 1).ms).toBe(120);
  });

  it("counts what is left of the runs in progress, once every worker is busy", () => {
    const { forecast, pass } = setUp({ parallel: 2 });
    const wait = () => forecast.wait({ calls: 0, rows: 0 }, 1).ms;
    const ended = forecast.began(4);
    expect(wait()).toBe(0);
    pass(5);
    const endedToo = forecast.began(1);
    expect(wait()).toBe((15 + 10) / 2);
    pass(10);
    expect(wait()).toBe(5 / 2);
    pass(100);
    expect(wait()).toBe(0);
    ended();
    endedToo();
    expect(wait()).toBe(0);
  });
});
