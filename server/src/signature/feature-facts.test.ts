import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { Feature, TensorSpec } from "../core/signature.ts";
import { deriveSignature } from "./derive.ts";

function problemsOf(inputs: readonly TensorSpec[], manifest: string): readonly string[] {
  const derived = deriveSignature({ inputs, outputs: [] }, manifestOf(manifest));
  return derived.kind === "invalid" ? derived.problems : [];
}

const columns = spec("x", "FP32", "N", 2);

describe("describeFeature()", () => {
  it("reads what a feature means and may be", () => {
    const { features } = signatureOf({
      inputs: [columns],
      manifest: `
features:
  - { name: a, dataType: FP32, description: A., unit: mm, range: { max: 5 }, missing: fill, fill: -1 }
  - { name: b, categories: { values: [0, 1] } }`,
    });
    expect(features).toEqual([
      {
        name: "a",
        dataType: "FP32",
        shape: [],
        input: 0,
        offset: 0,
        description: "A.",
        unit: "mm",
        domain: { kind: "range", min: Number.NEGATIVE_INFINITY, max: 5 },
        missing: { kind: "fill", fill: -1 },
      },
      {
        name: "b",
        dataType: "FP32",
        shape: [],
        input: 0,
        offset: 1,
        description: "",
        unit: "",
        domain: { kind: "categories", values: [0, 1], closed: false },
        missing: { kind: "reject" },
      },
    ]);
  });

  const fills: [Feature["dataType"], string, unknown][] = [
    ["FP64", "", Number.NaN],
    ["FP64", "fill: .nan", Number.NaN],
    ["FP64", "fill: 0", 0],
    ["STRING", "", ""],
    ["STRING", "fill: none", "none"],
    ["INT64", "fill: -1", -1],
    ["INT64", 'fill: "9007199254740993"', "9007199254740993"],
    ["BOOL", "fill: false", false],
  ];
  it.each(fills)("fills %s given %j with %j", (dataType, fill, expected) => {
    const { features } = signatureOf({
      inputs: [spec("x", dataType, "N", 1)],
      manifest: `features: [{ name: x, missing: fill${fill === "" ? "" : `, ${fill}`} }]`,
    });
    expect(features.map(({ missing }) => missing)).toEqual([{ kind: "fill", fill: expected }]);
  });

  const mistakes: [string, TensorSpec[], string, string[]][] = [
    [
      "another type",
      [spec("x", "FP32", "N", 1)],
      "[{ name: x, dataType: FP64 }]",
      ["features[0].dataType: the model's input is FP32, not FP64"],
    ],
    [
      "a range of text",
      [spec("x", "STRING", "N", 1)],
      "[{ name: x, range: { min: 1 } }]",
      ["features[0].range: the input is STRING, which has no order"],
    ],
    [
      "a range the wrong way round",
      [spec("x", "FP32", "N", 1)],
      "[{ name: x, range: { min: 2, max: 1 } }]",
      ["features[0].range: min 2 is greater than max 1"],
    ],
    [
      "no categories",
      [spec("x", "FP32", "N", 1)],
      "[{ name: x, categories: {} }]",
      ["features[0].categories.values: required"],
    ],
    [
      "categories of another type",
      [spec("x", "INT64", "N", 1)],
      "[{ name: x, categories: { values: [1, a, 1.5, null, [2]] } }]",
      [
        'features[0].categories.values[1]: expected an integer, got "a"',
        "features[0].categories.values[2]: expected an integer, got 1.5",
        "features[0].categories.values[3]: expected an integer, got null",
        "features[0].categories.values[4]: expected an integer, got a list of 1",
      ],
    ],
    [
      "a fill that is never used",
      [spec("x", "FP32", "N", 1)],
      "[{ name: x, fill: 1 }]",
      ["features[0].fill: only used with missing: fill"],
    ],
    [
      "no fill where there is no usual one",
      [spec("x", "INT64", "N", 1)],
      "[{ name: x, missing: fill }]",
      ["features[0].fill: required with missing: fill for INT64"],
    ],
    [
      "a fill of another type",
      [spec("x", "FP32", "N", 1)],
      "[{ name: x, missing: fill, fill: none }]",
      ['features[0].fill: expected a number, got "none"'],
    ],
    [
      "a fill without an end",
      [spec("x", "FP32", "N", 1)],
      "[{ name: x, missing: fill, fill: .inf }]",
      ["features[0].fill: expected a finite number, got Infinity"],
    ],
  ];
  it.each(mistakes)("tells of %s", (_, inputs, features, problems) => {
    expect(problemsOf(inputs, `features: ${features}`)).toEqual(problems);
  });
});
