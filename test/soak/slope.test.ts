import { describe, expect, it } from "vitest";
import { estimateSlope, type Sample } from "./slope.ts";

const line = (values: readonly number[]): readonly Sample[] =>
  values.map((value, index) => ({ hours: index / 10, value }));
/** Noise whose neighbours have nothing in common: -1, 0 and 1 in a fixed order of chance. */
const noise = (index: number): number => (((index * 7919 + 104_729) % 13) % 3) - 1;

describe("estimateSlope()", () => {
  it("finds a line, and no doubt about it", () => {
    const { perHour, low, high } = estimateSlope(line([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]));
    expect(perHour).toBeCloseTo(10, 9);
    expect(low).toBeCloseTo(10, 9);
    expect(high).toBeCloseTo(10, 9);
  });

  it("does not heed a few outliers", () => {
    const values = Array.from({ length: 50 }, (_, index) => index);
    const spoilt = values.map((value, index) => (index % 12 === 5 ? 1000 : value));
    expect(estimateSlope(line(spoilt)).perHour).toBeCloseTo(10, 9);
  });

  it("has 0 in its interval where there is but noise", () => {
    const { low, high } = estimateSlope(
      line(Array.from({ length: 100 }, (_, index) => noise(index))),
    );
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeGreaterThanOrEqual(0);
  });

  it("tells growth from noise", () => {
    const grown = Array.from({ length: 100 }, (_, index) => index / 10 + noise(index));
    const { perHour, low, high } = estimateSlope(line(grown));
    expect(low).toBeGreaterThan(0.8);
    expect(perHour).toBeCloseTo(1, 1);
    expect(high).toBeLessThan(1.2);
  });

  it("is less sure where values hang together", () => {
    const rough = Array.from({ length: 120 }, (_, index) => noise(index));
    const smooth = rough.map((_, index) => Math.sin(index / 12));
    const widthOf = (values: readonly number[]): number => {
      const { low, high } = estimateSlope(line(values));
      return high - low;
    };
    expect(widthOf(smooth)).toBeGreaterThan(2 * widthOf(rough));
  });

  it("gathers many samples", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => 3 * (index / 10) + noise(index));
    expect(estimateSlope(line(many)).perHour).toBeCloseTo(3, 3);
  });

  it.each([0, 1])("says nothing of %i samples", (count) => {
    const { perHour, low, high } = estimateSlope(line([1].slice(0, count)));
    expect([perHour, low, high]).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });
});
