import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import type { TensorData } from "../core/tensor.ts";
import { findColumnBounds, isWithin } from "./column-bounds.ts";

const inputs = [spec("x", "FP64", "N", 2)];
const boundsOf = (features: string) => {
  const signature = signatureOf({ inputs, manifest: `features: [${features}]` });
  return findColumnBounds(signature.features);
};
const table = "{ name: a, range: { min: 0, max: 1 } }, { name: b }";

describe("findColumnBounds()", () => {
  it("finds none where a feature is more than a plain number", () => {
    const whole = signatureOf({ inputs });
    expect(findColumnBounds(whole.features)).toBeUndefined();
    expect(boundsOf("{ name: a, categories: { values: [1, 2] } }, { name: b }")).toBeUndefined();
    expect(findColumnBounds([])).toBeUndefined();
  });
});

describe("isWithin()", () => {
  const cases: readonly (readonly [name: string, data: TensorData, within: boolean])[] = [
    ["values at the bounds", Float64Array.of(0, -1e300, 1, 1e300), true],
    ["FP32", Float32Array.of(0.5, 3), true],
    ["a value below its column's range", Float64Array.of(0, 0, -0.1, 0), false],
    ["a value above its column's range", Float64Array.of(1.1, 0), false],
    ["NaN", Float64Array.of(0, Number.NaN), false],
    ["an infinity", Float64Array.of(0, Number.NEGATIVE_INFINITY), false],
    ["integers, which are for the rules to judge", Int32Array.of(0, 0), false],
  ];
  for (const [name, data, within] of cases) {
    it(`says ${within} of ${name}`, () => {
      expect(isWithin(data, boundsOf(table))).toBe(within);
    });
  }

  it("says false without bounds", () => {
    expect(isWithin(Float64Array.of(0), undefined)).toBe(false);
  });
});
