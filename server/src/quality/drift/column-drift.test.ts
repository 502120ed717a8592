import { describe, expect, it } from "vitest";
import { compareColumn } from "./column-drift.ts";
import type { CategoryReference, NumberReference } from "./reference.ts";

const rule = { psi: 0.2, minRows: 100, significance: 0.001 };

const numbers: NumberReference = {
  name: "x",
  kind: "numbers",
  edges: [0.5, 1.5, 2.5],
  counts: [0, 500, 500, 0],
  missing: 0,
  outOfRange: 0,
};
const categories: CategoryReference = {
  name: "port",
  kind: "categories",
  values: ["S", "C"],
  counts: [600, 400, 0],
  missing: 0,
  outOfRange: 0,
};
const unknown = { psi: undefined, ks: undefined, chiSquare: undefined, pValue: undefined };

describe("compareColumn()", () => {
  it("finds no difference in equal shares", () => {
    expect(compareColumn(numbers, Float64Array.of(0, 50, 50, 0, 0, 0), rule)).toEqual({
      name: "x",
      psi: 0,
      ks: 0,
      chiSquare: undefined,
      pValue: 1,
      missing: 0,
      outOfRange: 0,
      drifted: false,
    });
  });

  it("flags numbers that have moved, with the shares of those missing and out of range", () => {
    const counted = Float64Array.of(0, 20, 70, 70, 40, 10);
    expect(compareColumn(numbers, counted, rule)).toMatchObject({
      ks: 0.4375,
      missing: 0.2,
      outOfRange: 0.05,
      drifted: true,
    });
  });

  it("flags numbers of which many more are missing, though the others are as they were", () => {
    const { ks, psi, pValue, drifted } = compareColumn(
      numbers,
      Float64Array.of(0, 150, 150, 0, 100, 0),
      rule,
    );
    expect([ks, drifted]).toEqual([0, true]);
    expect(psi).toBeGreaterThan(0.2);
    expect(pValue).toBeLessThan(1e-30);
  });

  it("flags numbers above all of the reference", () => {
    const { ks, drifted } = compareColumn(numbers, Float64Array.of(0, 100, 0, 100, 0, 0), rule);
    expect([ks, drifted]).toEqual([0.5, true]);
  });

  it("flags categories that have moved", () => {
    const report = compareColumn(categories, Float64Array.of(20, 80, 0, 0, 0), rule);
    // Expected of the 100 are 620 / 11 and 480 / 11.
    const expected = [6200 / 11, 4800 / 11, 620 / 11, 480 / 11];
    const counts = [600, 400, 20, 80];
    const chiSquare = counts.reduce(
      (sum, count, cell) => sum + (count - (expected[cell] ?? 0)) ** 2 / (expected[cell] ?? 0),
      0,
    );
    expect(report).toMatchObject({ ks: undefined, drifted: true });
    expect(report.chiSquare).toBeCloseTo(chiSquare, 10);
  });

  it("flags a category that the reference does not have", () => {
    expect(compareColumn(categories, Float64Array.of(50, 30, 20, 0, 20), rule)).toMatchObject({
      outOfRange: 0.2,
      drifted: true,
    });
  });

  it("does not flag a few values that the reference does not have", () => {
    expect(compareColumn(categories, Float64Array.of(60, 38, 2, 0, 0), rule).drifted).toBe(false);
  });

  const moved = Float64Array.of(0, 20, 80, 0, 0, 0);
  it.each([
    ["a threshold that is not passed", { psi: 0.5 }],
    ["too few rows", { minRows: 101 }],
    ["a difference that may be chance", { significance: 1e-9 }],
  ])("does not flag for %s", (_, change) => {
    expect(compareColumn(numbers, moved, rule).drifted).toBe(true);
    expect(compareColumn(numbers, moved, { ...rule, ...change }).drifted).toBe(false);
  });

  it("says nothing of a column of which nothing was seen", () => {
    expect(compareColumn(numbers, new Float64Array(6), rule)).toEqual({
      name: "x",
      ...unknown,
      missing: undefined,
      outOfRange: undefined,
      drifted: false,
    });
  });

  it("does not compare a column that the reference has no values of", () => {
    const empty = { ...numbers, edges: [], counts: [0] };
    expect(compareColumn(empty, Float64Array.of(150, 50, 0), rule)).toEqual({
      name: "x",
      ...unknown,
      missing: 0.25,
      outOfRange: 0,
      drifted: false,
    });
  });

  it("flags a column that once was missing everywhere", () => {
    const absent = { ...numbers, edges: [], counts: [0], missing: 1000 };
    expect(compareColumn(absent, Float64Array.of(200, 0, 0), rule)).toMatchObject({
      ks: undefined,
      missing: 0,
      drifted: true,
    });
  });
});
