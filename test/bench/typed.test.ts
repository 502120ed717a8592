import { describe, expect, it } from "vitest";
import { judgeTyped, layOutTyped, type TypedRound } from "./typed.ts";

const rounds: readonly TypedRound[] = [
  { typed: { rate: 90, cpuMicros: 20 }, generic: { rate: 100, cpuMicros: 10 } },
  { typed: { rate: 110, cpuMicros: 10 }, generic: { rate: 100, cpuMicros: 11 } },
  { typed: { rate: 120, cpuMicros: 10 }, generic: { rate: 100, cpuMicros: 12 } },
];

describe("judgeTyped()", () => {
  it("takes the median of each round's own ratio", () => {
    expect(judgeTyped(rounds).map(({ figure, met }) => [figure, met])).toEqual([
      [1.1, true],
      [1.1, true],
    ]);
  });
});

describe("layOutTyped()", () => {
  it("shows the medians of both ways", () => {
    expect(layOutTyped(rounds).split("\n")[1]).toMatch(/typed service +110 +10\.0$/);
  });
});
