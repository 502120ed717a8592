import { describe, expect, it } from "vitest";
import { judgeTyped, layOutTyped, type TypedFigures } from "./typed.ts";

const rounds: TypedFigures["rounds"] = [
  { typed: { rate: 90, cpuMicros: 20 }, generic: { rate: 100, cpuMicros: 10 } },
  { typed: { rate: 110, cpuMicros: 10 }, generic: { rate: 100, cpuMicros: 11 } },
  { typed: { rate: 120, cpuMicros: 10 }, generic: { rate: 100, cpuMicros: 12 } },
];

const figures: TypedFigures = { reading: { readMicros: 3, runMicros: 12 }, rounds };

describe("judgeTyped()", () => {
  it("takes the median of each round's own ratio", () => {
    expect(judgeTyped(figures).map(({ figure, met }) => [figure, met])).toEqual([
      [0.25, true],
      [1.1, true],
      [1.1, true],
    ]);
  });
});

describe("layOutTyped()", () => {
  it("shows the medians of both ways", () => {
    expect(layOutTyped(figures).split("\n")[1]).toMatch(/typed service +110 +10\.0$/);
  });
});
