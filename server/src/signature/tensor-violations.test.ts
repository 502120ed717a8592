import { describe, expect, it } from "vitest";
import { doubles, floats, given } from "../../../test/support/given-tensors.ts";
import { failureOf, signatureOf, spec, violationsOf } from "../../../test/support/signatures.ts";
import type { GivenTensor } from "../core/prediction.ts";
import type { Signature } from "../core/signature.ts";
import { createTensorDecoder } from "./tensor-decoder.ts";

const columns = signatureOf({
  inputs: [spec("x", "FP64", "N", 2)],
  manifest:
    "features: [{ name: a, range: { min: 0, max: 1 } }, { name: b, missing: fill, fill: -1 }]",
});
const echo = signatureOf({ inputs: [spec("x", "FP32", "N", "M")] });
const table = signatureOf({
  inputs: [spec("x", "FP32", "N", 2)],
  manifest: "features: [{ name: a }, { name: b }]",
});
const pair = signatureOf({ inputs: [spec("a", "FP32", "N", 1), spec("b", "INT64", "N", 1)] });
const shared = signatureOf({ inputs: [spec("a", "FP32", "N", "M"), spec("b", "FP32", "N", "M")] });
const scalar = signatureOf({ inputs: [spec("x", "FP32")] });
const fixed = signatureOf({ inputs: [spec("x", "FP32", 2, 3)] });
const single = signatureOf({ inputs: [spec("x", "FP32", 1, 2)] });
const sex = signatureOf({
  inputs: [spec("sex", "STRING", "N", 1)],
  manifest: "features: [{ name: sex, categories: { values: [f, m], closed: true } }]",
});

describe("decode()", () => {
  const refused: [string, Signature, GivenTensor[], string[]][] = [
    ["no tensors", pair, [], ["tensors.a: missing", "tensors.b: missing"]],
    [
      "an unknown input, next to the missing one",
      columns,
      [doubles("y", [1, 2], 0, 1)],
      ['tensors[0].name: unknown input "y", expected x', "tensors.x: missing"],
    ],
    [
      "a tensor without a name among several inputs",
      pair,
      [floats("", [1, 1], 1)],
      ["tensors[0].name: required, one of a, b", "tensors.a: missing", "tensors.b: missing"],
    ],
    [
      "an input that is given twice",
      scalar,
      [floats("x", [], 1), floats("x", [], 2)],
      ["tensors[1].name: input x is given twice"],
    ],
    [
      "an input that is given twice, once without its name",
      scalar,
      [floats("", [], 1), floats("x", [], 2)],
      ["tensors[1].name: input x is given twice"],
    ],
    [
      "inputs that are named as a part of every object",
      scalar,
      [floats("__proto__", [], 1), floats("x", [], 1)],
      ['tensors[0].name: unknown input "__proto__", expected x'],
    ],
    [
      "every mistake of every tensor",
      pair,
      [floats("a", [1], 1), given("b", [1, 1], { kind: "int32s", values: [1] })],
      [
        "tensors[0].shape: wrong rank: expected [rows, 1], got [1]",
        "tensors[1].int32s: expected raw or int64s for INT64, got int32s",
      ],
    ],
    [
      "a wrong dimension",
      columns,
      [doubles("x", [1, 3], 0, 0, 0)],
      ["tensors[0].shape: wrong dimension: expected [rows, 2], got [1, 3]"],
    ],
    [
      "a scalar for a row",
      columns,
      [doubles("x", [], 0)],
      ["tensors[0].shape: wrong rank: expected [rows, 2], got []"],
    ],
    [
      "a row for a scalar",
      scalar,
      [floats("x", [1], 0)],
      ["tensors[0].shape: wrong rank: expected [], got [1]"],
    ],
    [
      "another fixed dimension",
      fixed,
      [floats("x", [1, 3], 1, 2, 3)],
      ["tensors[0].shape: wrong dimension: expected [2, 3], got [1, 3]"],
    ],
    [
      "two rows where the input takes one",
      single,
      [floats("x", [2, 2], 1, 2, 3, 4)],
      ["tensors[0].shape: wrong dimension: expected [1, 2], got [2, 2]"],
    ],
    [
      "a negative dimension",
      echo,
      [floats("x", [-1, 2], 0, 0)],
      ["tensors[0].shape: a dimension is negative: expected [rows, M], got [-1, 2]"],
    ],
    [
      "two negative dimensions, whose product is none",
      echo,
      [floats("x", [-1, -2], 0, 0)],
      ["tensors[0].shape: a dimension is negative: expected [rows, M], got [-1, -2]"],
    ],
    [
      "dimensions that overflow",
      echo,
      [floats("x", [2n ** 32n, 2n ** 32n])],
      ["tensors[0].shape: too many elements: expected [rows, M], got [4294967296, 4294967296]"],
    ],
    [
      "dimensions that overflow to nothing in 64 bits",
      echo,
      [floats("x", [2n ** 62n, 4])],
      ["tensors[0].shape: too many elements: expected [rows, M], got [4611686018427387904, 4]"],
    ],
    [
      "a dimension that only a bigint can tell",
      echo,
      [floats("x", [1, 2n ** 63n - 1n])],
      ["tensors[0].shape: too many elements: expected [rows, M], got [1, 9223372036854775807]"],
    ],
    [
      "a great dimension next to none",
      echo,
      [floats("x", [0, 2n ** 63n - 1n])],
      ["tensors[0].shape: too many elements: expected [rows, M], got [0, 9223372036854775807]"],
    ],
    [
      "elements that are only declared",
      echo,
      [floats("x", [1, 2 ** 40])],
      ["tensors[0].floats: 1099511627776 values expected for FP32 [1,1099511627776], got 0"],
    ],
    [
      "bytes that are only declared",
      echo,
      [given("x", [1, 2 ** 40], { kind: "raw", bytes: new Uint8Array(4) })],
      ["tensors[0].raw: 4398046511104 bytes expected for FP32 [1,1099511627776], got 4"],
    ],
    [
      "no rows",
      columns,
      [doubles("x", [0, 2])],
      ["tensors[0].shape: expected at least one row, got 0"],
    ],
    [
      "inputs of different numbers of rows",
      pair,
      [floats("a", [2, 1], 1, 2), given("b", [3, 1], { kind: "int64s", values: [1n, 2n, 3n] })],
      [
        "tensors[1].shape: wrong dimension: expected [rows, 1], got [3, 1] (rows is 2 in another input)",
      ],
    ],
    [
      "inputs of different widths",
      shared,
      [floats("a", [1, 2], 1, 2), floats("b", [1, 1], 1)],
      [
        "tensors[1].shape: wrong dimension: expected [rows, M], got [1, 1] (M is 2 in another input)",
      ],
    ],
    [
      "NaN and infinities, each by row and column",
      table,
      [floats("x", [2, 2], NaN, 0, Infinity, -Infinity)],
      [
        "tensors[0][0,0]: a: expected a finite number, got NaN",
        "tensors[0][1,0]: a: expected a finite number, got Infinity",
        "tensors[0][1,1]: b: expected a finite number, got -Infinity",
      ],
    ],
    [
      "elements outside the range of their feature",
      columns,
      [doubles("x", [2, 2], 2, 2, -1, 2)],
      [
        "tensors[0][0,0]: a: expected a number from 0 to 1, got 2",
        "tensors[0][1,0]: a: expected a number from 0 to 1, got -1",
      ],
    ],
    [
      "other categories",
      sex,
      [given("sex", [2, 1], { kind: "strings", values: ["f", "x"] })],
      ['tensors[0][1,0]: sex: expected one of "f", "m", got "x"'],
    ],
    [
      "a scalar that is no number",
      scalar,
      [floats("x", [], NaN)],
      ["tensors[0][0,0]: x: expected a finite number, got NaN"],
    ],
  ];
  it.each(refused)("tells of %s", (_, signature, tensors, violations) => {
    expect(violationsOf(() => createTensorDecoder(signature).decode(tensors))).toEqual(violations);
  });

  it("lets a tensor of which nothing is said have any elements", () => {
    const elements = [NaN, 0, Infinity, -Infinity];
    const { tensors } = createTensorDecoder(echo).decode([floats("x", [2, 2], ...elements)]);
    expect(tensors[0]?.data).toEqual(Float32Array.from(elements));
  });

  it("says what the documentation says", () => {
    const breast = signatureOf({ inputs: [spec("x", "FP64", "N", 30)] });
    const short = given("x", [1, 30], { kind: "raw", bytes: new Uint8Array(120) });
    expect(failureOf(() => createTensorDecoder(breast).decode([short])).message).toBe(
      "tensors[0].raw: 240 bytes expected for FP64 [1,30], got 120",
    );
  });

  it("bounds the violations, and counts the rest", () => {
    const nans = floats("x", [1500, 2], ...Array.from({ length: 3000 }, () => Number.NaN));
    const failure = failureOf(() => createTensorDecoder(table).decode([nans]));
    expect([failure.violations.length, failure.violationsLeftOut]).toEqual([1000, 2000]);
  });
});
