import { describe, expect, it } from "vitest";
import { intervalAround, type OrderedValues, orderedValues } from "./ordered-values.ts";
import type { ScalarName } from "./scalar-type.ts";

function valuesOf(type: ScalarName): OrderedValues {
  const values = orderedValues[type];
  if (values === undefined) throw new Error(`${type} has no order`);
  return values;
}

describe("orderedValues", () => {
  it.each([
    ["int32", -0x8000_0000, 0x7fff_ffff],
    ["uint32", 0, 0xffff_ffff],
    ["int64", -0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn],
    ["uint64", 0n, 0xffff_ffff_ffff_ffffn],
    ["float", -3.4028234663852886e38, 3.4028234663852886e38],
    ["double", -Number.MAX_VALUE, Number.MAX_VALUE],
  ] as const)("hold every finite %s", (type, least, greatest) => {
    const values = valuesOf(type);
    expect([values.valueAt(values.first), values.valueAt(values.last)]).toEqual([least, greatest]);
  });

  it("have the neighbours of a number one place away", () => {
    const values = valuesOf("float");
    expect(values.valueAt(values.placeOf(0) + 1n)).toBe(2 ** -149);
    expect(values.valueAt(values.placeOf(1) - 1n)).toBe(1 - 2 ** -24);
    expect(values.valueAt(values.placeOf(-1) - 1n)).toBe(-1 - 2 ** -23);
  });
});

describe("intervalAround()", () => {
  it.each([
    ["int64", 5n, (value: number | bigint) => value >= 3n && value <= 9n, 3n, 9n],
    [
      "float",
      1,
      (value: number | bigint) => value >= 0.1 && value < 2,
      Math.fround(0.1),
      2 - 2 ** -23,
    ],
    ["double", -1, (value: number | bigint) => value < 0, -Number.MAX_VALUE, -5e-324],
    ["uint32", 7, () => true, 0, 0xffff_ffff],
  ] as const)("finds the values of %s around %s", (type, inside, accepts, least, greatest) => {
    expect(intervalAround(valuesOf(type), inside, accepts)).toEqual({ least, greatest });
  });

  it("finds none where the value itself is refused", () => {
    expect(intervalAround(valuesOf("double"), 1, (value) => value < 1)).toBeUndefined();
  });
});
