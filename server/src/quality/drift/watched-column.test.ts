import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../../test/support/signatures.ts";
import { numberToBfloat16 } from "../../core/bfloat16.ts";
import { isOutside, numberAt, type WatchedColumn, watchColumns } from "./watched-column.ts";

const signature = signatureOf({
  inputs: [
    spec("X", "FP32", "N", 4),
    spec("sex", "STRING", "N", 1),
    spec("alone", "BOOL", "N", 1),
    spec("image", "FP32", "N", 8),
  ],
  outputs: [
    spec("label", "INT64", "N"),
    spec("probabilities", "FP32", "N", 2),
    spec("score", "FP64", "N", 1),
    spec("comment", "STRING", "N", 1),
  ],
  manifest: JSON.stringify({
    features: [
      { name: "age", input: "X", range: { min: 0.1, max: 120 }, missing: "fill", fill: 0.3 },
      { name: "class", input: "X", categories: { values: [1, 2.1], closed: true } },
      { name: "rooms", input: "X", categories: { values: [1, 2], closed: false } },
      { name: "fare", input: "X" },
      { name: "sex", categories: { values: ["f", "m"] } },
      { name: "alone" },
      { name: "image" },
    ],
    classes: [
      { value: 0, label: "no" },
      { value: 1, label: "yes" },
    ],
  }),
});
const columns = watchColumns(signature);

function column(name: string): WatchedColumn {
  const found = columns.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return found;
}

describe("watchColumns()", () => {
  it("finds every feature and output that is one value a row, and how its values are compared", () => {
    expect(columns.map(({ name, kind, place }) => [name, kind, place])).toEqual([
      ["age", "numbers", { kind: "feature", input: 0, offset: 0 }],
      ["class", "categories", { kind: "feature", input: 0, offset: 1 }],
      ["rooms", "numbers", { kind: "feature", input: 0, offset: 2 }],
      ["fare", "numbers", { kind: "feature", input: 0, offset: 3 }],
      ["sex", "categories", { kind: "feature", input: 1, offset: 0 }],
      ["alone", "categories", { kind: "feature", input: 2, offset: 0 }],
      ["label", "categories", { kind: "output" }],
      ["score", "numbers", { kind: "output" }],
      ["comment", "categories", { kind: "output" }],
    ]);
  });

  it("takes fills, bounds and categories as the type has them", () => {
    expect(column("age").fill).toBe(Math.fround(0.3));
    expect(column("age").least).toBe(Math.fround(0.1));
    expect(column("class").known).toEqual(new Set([1, Math.fround(2.1)]));
  });

  it("watches an output of a model whose requests are one row", () => {
    const whole = signatureOf({ inputs: [spec("x", "FP32")], outputs: [spec("y", "FP32")] });
    expect(watchColumns(whole).map(({ name }) => name)).toEqual(["x", "y"]);
  });
});

describe("isOutside()", () => {
  const cases: [string, number | string, boolean][] = [
    ["age", Math.fround(0.1), false],
    ["age", 0, true],
    ["age", 120, false],
    ["age", 121, true],
    ["class", 1, false],
    ["class", 3, true],
    ["rooms", 3, true],
    ["fare", -1e30, false],
    ["fare", Number.POSITIVE_INFINITY, true],
    ["sex", "f", false],
    ["sex", "x", true],
    ["alone", 1, false],
    ["label", 1, false],
    ["label", 2, true],
    ["comment", "any", false],
  ];
  it.each(cases)("of %s and %j is %j", (name, value, expected) => {
    expect(isOutside(column(name), value)).toBe(expected);
  });
});

describe("numberAt()", () => {
  it("reads numbers of every kind of array", () => {
    expect(numberAt(Float32Array.of(1, 2.5), 1, false)).toBe(2.5);
    expect(numberAt(BigInt64Array.of(-3n), 0, false)).toBe(-3);
    expect(numberAt(Uint16Array.of(numberToBfloat16(1.5)), 0, true)).toBe(1.5);
    expect(numberAt(Float64Array.of(), 0, false)).toBeNaN();
  });
});
