import { describe, expect, it } from "vitest";
import { judgeMemory } from "./verdict.ts";

/** Samples of every ten seconds, of memory that changes by minutes. */
const watch = (minutes: number, memoryAt: (minute: number) => number) =>
  Array.from({ length: minutes * 6 + 1 }, (_, index) => ({
    hours: index / 360,
    value: memoryAt(index / 6),
  }));
const wave = (minute: number): number => 3 * Math.sin(minute * 9.7);

describe("judgeMemory()", () => {
  it.each([
    { name: "waves", memoryAt: (minute: number) => 150 + wave(minute), verdict: "noise" },
    { name: "falls", memoryAt: (minute: number) => 150 - minute, verdict: "noise" },
    {
      name: "rises only while the server is warming up",
      memoryAt: (minute: number) => 150 + 20 * Math.min(minute, 5) + wave(minute),
      verdict: "noise",
    },
    { name: "creeps", memoryAt: (minute: number) => 150 + minute / 10, verdict: "bound" },
    {
      name: "rises",
      memoryAt: (minute: number) => 150 + 2 * minute + wave(minute),
      verdict: "grows",
    },
  ])("says $verdict of memory that $name", ({ memoryAt, verdict }) => {
    expect(judgeMemory(watch(20, memoryAt)).verdict).toBe(verdict);
  });

  it("leaves the first quarter out", () => {
    const { watchedMinutes, firstMb, lastMb, slope } = judgeMemory(watch(20, (minute) => minute));
    expect([watchedMinutes, firstMb, lastMb]).toEqual([15, 5, 20]);
    expect(slope.perHour).toBeCloseTo(60, 6);
  });

  it("does not judge a short run, nor none", () => {
    expect(judgeMemory(watch(2, (minute) => 100 * minute)).verdict).toBe("too little");
    expect(judgeMemory([])).toMatchObject({ verdict: "too little", watchedMinutes: 0 });
  });
});
