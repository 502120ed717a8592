import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { repositoryPath } from "../../../../test/support/model-directory.ts";
import { upperGamma } from "./incomplete-gamma.ts";
import {
  compareCategories,
  compareDistributions,
  kolmogorov,
  stabilityIndex,
} from "./statistics.ts";

interface RecordedPair {
  readonly reference: readonly number[];
  readonly live: readonly number[];
  readonly ks: number;
  readonly ksPValue: number;
  readonly chiSquare: number;
  readonly chiSquarePValue: number;
  readonly psi: number;
}

/** What scipy says, by test/data/drift/make_fixtures.py. */
const recorded = JSON.parse(
  readFileSync(repositoryPath("test/data/drift/statistics.json"), "utf8"),
) as {
  readonly pairs: readonly RecordedPair[];
  readonly kolmogorov: readonly [number, number][];
  readonly upperGamma: readonly [number, number, number][];
};

/** How far a number is from the expected one, relative to it. */
function errorOf(actual: number, expected: number): number {
  return actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected);
}

describe("stabilityIndex()", () => {
  it("is 0 of equal counts, of equal shares, and of nothing", () => {
    expect(stabilityIndex([5, 5], [5, 5])).toBe(0);
    expect(stabilityIndex([2, 2, 0], [20, 20, 0])).toBe(0);
    expect(stabilityIndex([0, 0], [0, 0])).toBe(0);
  });

  it("sums (q - p) ln(q / p), with half a count more in every cell", () => {
    // Shares of 1.5 and 0.5 in 2, against 0.5 and 1.5.
    expect(stabilityIndex([1, 0], [0, 1])).toBeCloseTo(Math.log(3), 15);
  });

  it.each(recorded.pairs)(
    "agrees with scipy on $reference and $live",
    ({ reference, live, psi }) => {
      expect(stabilityIndex(reference, live)).toBeCloseTo(psi, 13);
    },
  );
});

describe("compareDistributions()", () => {
  it("finds the greatest distance of the shares up to an edge", () => {
    expect(compareDistributions([2, 2, 4], [4, 3, 1]).statistic).toBe(0.375);
  });

  it.each(recorded.pairs)("agrees with scipy on $reference and $live", (pair) => {
    const { statistic, pValue } = compareDistributions(pair.reference, pair.live);
    expect(statistic).toBeCloseTo(pair.ks, 14);
    expect(errorOf(pValue, pair.ksPValue)).toBeLessThan(1e-11);
  });
});

describe("compareCategories()", () => {
  it("sums the squared differences from what is expected, over it", () => {
    // Expected are 15 and 5 of each sample.
    const { statistic } = compareCategories([10, 10], [20, 0]);
    expect(statistic).toBeCloseTo(25 / 15 + 25 / 5 + 25 / 15 + 25 / 5, 12);
  });

  it("finds nothing where there is one category", () => {
    expect(compareCategories([10, 0], [20, 0])).toEqual({ statistic: 0, pValue: 1 });
  });

  it.each(recorded.pairs)("agrees with scipy on $reference and $live", (pair) => {
    const { statistic, pValue } = compareCategories(pair.reference, pair.live);
    expect(errorOf(statistic, pair.chiSquare)).toBeLessThan(1e-12);
    expect(errorOf(pValue, pair.chiSquarePValue)).toBeLessThan(1e-10);
  });
});

describe("kolmogorov()", () => {
  it("is 1 at 0", () => {
    expect(kolmogorov(0)).toBe(1);
  });

  it.each(recorded.kolmogorov)("at %d agrees with scipy", (x, expected) => {
    expect(errorOf(kolmogorov(x), expected)).toBeLessThan(1e-13);
  });
});

describe("upperGamma()", () => {
  it("is 1 at 0, and 0 at infinity", () => {
    expect([upperGamma(2, 0), upperGamma(2, Number.POSITIVE_INFINITY)]).toEqual([1, 0]);
  });

  it.each(recorded.upperGamma)("of %d and %d agrees with scipy", (a, x, expected) => {
    expect(errorOf(upperGamma(a, x), expected)).toBeLessThan(1e-11);
  });
});
