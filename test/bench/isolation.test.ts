import { describe, expect, it } from "vitest";
import { type IsolationRound, judgeIsolation } from "./isolation.ts";

const round = (alone: number, beside: number, health: number): IsolationRound => ({
  alone: { health: { p50: 0.1, p99: 0.2 }, tiny: { p50: 0.1, p99: alone } },
  beside: { health: { p50: 0.1, p99: health }, tiny: { p50: 0.1, p99: beside } },
  slowRate: 600,
  slowMs: 50,
});

describe("judgeIsolation()", () => {
  it("takes the median of the health checks beside the load, and of each round's own ratio", () => {
    const rounds = [round(1, 2, 3), round(2, 2, 9), round(1, 9, 99)];
    expect(judgeIsolation({ slowAloneMs: 50, rounds })).toMatchObject([
      { figure: 9, limit: 10, unit: "ms", met: true },
      { figure: 2, limit: 2, unit: "", met: true },
    ]);
  });

  it("says what is above the limits", () => {
    const targets = judgeIsolation({ slowAloneMs: 50, rounds: [round(1, 3, 11)] });
    expect(targets.map(({ met }) => met)).toEqual([false, false]);
  });

  it("takes what was not measured for not met", () => {
    const targets = judgeIsolation({ slowAloneMs: Number.NaN, rounds: [] });
    expect(targets.map(({ met }) => met)).toEqual([false, false]);
  });
});
