import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createExactSum, type ExactSum } from "./exact-sum.ts";

/** A number as the integer that it is a multiple of 2^-1074 of: sums of these are exact. */
function toInteger(value: number): bigint {
  let [scaled, shift] = [Math.abs(value), 0n];
  while (scaled !== 0 && !Number.isInteger(scaled)) {
    scaled *= 2;
    shift += 1n;
  }
  const size = BigInt(scaled) << (1074n - shift);
  return value < 0 ? -size : size;
}

function sumOf(values: readonly number[]): ExactSum {
  const sum = createExactSum();
  for (const value of values) sum.add(value);
  return sum;
}

/** Numbers of all sizes between which sums neither overflow nor vanish. */
const anyNumber = fc.oneof(
  fc.double({ min: -1e200, max: 1e200, noNaN: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.integer().map((value) => value / 10),
  fc.integer({ min: -1000, max: 900 }).map((exponent) => 2 ** exponent),
);

describe("createExactSum()", () => {
  const cases: [string, readonly number[], number][] = [
    ["nothing", [], 0],
    ["what a plain sum rounds", Array<number>(10).fill(0.1), 1],
    ["what a large number would swallow", [1, 1e100, 1, -1e100], 2],
    ["what two large numbers would swallow", [1e-9, 1e290, 1e100, -1e290, -1e100], 1e-9],
    ["a tie, to even", [2 ** 53, 1], 2 ** 53],
    ["what is just past a tie", [2 ** 53, 1, 2 ** -60], 2 ** 53 + 2],
    ["what is just short of a tie", [2 ** 53, 3, -(2 ** -60)], 2 ** 53 + 2],
    ["an infinity", [1, Infinity], Infinity],
    ["a number so large that sums could overflow", [1, -1e300], -Infinity],
    ["one that is NaN as infinity", [1, Number.NaN], Infinity],
  ];
  it.each(cases)("sums %s", (_, values, expected) => {
    expect(sumOf(values).value()).toBe(expected);
  });

  it("forgets an infinity that is taken back", () => {
    const sum = sumOf([0.1, Infinity, -Infinity]);
    expect(sum.value()).toBeNaN();
    sum.add(Infinity, -1);
    expect(sum.value()).toBe(-Infinity);
    sum.add(-Infinity, -1);
    expect(sum.value()).toBe(0.1);
  });

  it("is the exact sum, rounded to the nearest", () => {
    fc.assert(
      fc.property(fc.array(anyNumber), (values) => {
        const exact = values.map(toInteger).reduce((a, b) => a + b, 0n);
        const found = sumOf(values).value();
        const error = (value: number): bigint => {
          const difference = toInteger(value) - exact;
          return difference < 0n ? -difference : difference;
        };
        const step = Math.max(Math.abs(found) * Number.EPSILON, Number.MIN_VALUE);
        expect(error(found) <= error(found + step / 2)).toBe(true);
        expect(error(found) <= error(found - step / 2)).toBe(true);
      }),
    );
  });

  it("does not depend on the order, nor on what was taken back, nor on where it was added", () => {
    fc.assert(
      fc.property(fc.array(anyNumber), fc.array(anyNumber), (kept, gone) => {
        const one = createExactSum();
        const other = createExactSum();
        for (const value of gone) one.add(value);
        for (const value of kept.toReversed()) other.add(value);
        for (const value of gone) other.add(value, -1);
        one.merge(other.save());
        expect(one.value()).toBe(sumOf(kept).value());
      }),
    );
  });

  it("adds products exactly", () => {
    const sum = createExactSum();
    const near = 1 + 2 ** -30;
    sum.addProduct(near, near);
    sum.add(-1);
    sum.add(-(2 ** -29));
    expect(sum.value()).toBe(2 ** -60);
    sum.addProduct(near, near, -1);
    sum.addProduct(1e200, 1e200);
    expect(sum.value()).toBe(Infinity);
    sum.addProduct(1e200, 1e200, -1);
    expect(sum.value()).toBe(-1 - 2 ** -29);
  });

  it("is a copy once it merged what another saved, by way of JSON", () => {
    const sum = sumOf([0.1, 1e100, -Infinity]);
    const copy = createExactSum();
    copy.merge(JSON.parse(JSON.stringify(sum.save())));
    expect(copy.save()).toEqual(sum.save());
  });
});
