import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bfloat16ToNumber, numberToBfloat16 } from "./bfloat16.ts";

/** Every finite pattern from 0 up; as numbers, they ascend with it. */
const positive = Array.from({ length: 0x7f80 }, (_, pattern) => pattern);

/** Reads a pattern by the definition: sign, eight bits of exponent, seven of fraction. */
function readByDefinition(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 7) & 0xff;
  const fraction = pattern & 0x7f;
  if (exponent === 0xff) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * (fraction / 128) * 2 ** -126
    : sign * (1 + fraction / 128) * 2 ** (exponent - 127);
}

/** Finds the nearest pattern of a number by looking at the two that enclose it. */
function nearestByDefinition(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  let [low, high] = [0, 0x7f80];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (readByDefinition(middle) <= size) low = middle;
    else high = middle;
  }
  const below = readByDefinition(low);
  const above = high === 0x7f80 ? 2 ** 128 : readByDefinition(high);
  const [down, up] = [size - below, above - size];
  const even = low % 2 === 0 ? low : high;
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7f80;
  return sign | (down === up ? even : down < up ? low : high);
}

describe("bfloat16ToNumber()", () => {
  it("reads every pattern as the format is defined", () => {
    const patterns = Array.from({ length: 0x1_0000 }, (_, pattern) => pattern);
    expect(patterns.map(bfloat16ToNumber)).toEqual(patterns.map(readByDefinition));
  });
});

describe("numberToBfloat16()", () => {
  it("gives back the pattern of every number that it can hold", () => {
    const patterns = [...positive, ...positive.map((pattern) => pattern | 0x8000), 0x7f80, 0xff80];
    expect(patterns.map((pattern) => numberToBfloat16(bfloat16ToNumber(pattern)))).toEqual(
      patterns,
    );
  });

  const cases: [string, number, number][] = [
    ["one", 1, 0x3f80],
    ["minus zero", -0, 0x8000],
    ["a tie, to the even one below", 1 + 2 ** -8, 0x3f80],
    ["a tie, to the even one above", 1 + 3 * 2 ** -8, 0x3f82],
    ["what is past a tie by less than FP32 can hold", 1 + 2 ** -8 + 2 ** -40, 0x3f81],
    ["what is short of a tie by less than FP32 can hold", 1 + 3 * 2 ** -8 - 2 ** -40, 0x3f81],
    ["the largest finite number", 3.3895313892515355e38, 0x7f7f],
    ["what rounds past the largest", 3.4e38, 0x7f80],
    ["what even FP32 cannot hold", -1e300, 0xff80],
    ["what is too small for FP32", 1e-60, 0x0000],
    ["infinity", Number.POSITIVE_INFINITY, 0x7f80],
    ["NaN", Number.NaN, 0x7fc0],
  ];
  it.each(cases)("rounds %s", (_, value, pattern) => {
    expect(numberToBfloat16(value)).toBe(pattern);
  });

  it("rounds every number to the nearest, ties to even", () => {
    const near = fc
      .tuple(fc.constantFrom(...positive), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([pattern, share]) => {
        const below = readByDefinition(pattern);
        const above = pattern === 0x7f7f ? 2 ** 128 : readByDefinition(pattern + 1);
        return below + (above - below) * share;
      });
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true }), near), (value) => {
        expect(numberToBfloat16(value)).toBe(nearestByDefinition(value));
      }),
      { numRuns: 2000 },
    );
  });
});
