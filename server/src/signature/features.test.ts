import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { Feature, TensorSpec } from "../core/signature.ts";
import { deriveSignature } from "./derive.ts";

function problemsOf(inputs: readonly TensorSpec[], manifest: string): readonly string[] {
  const derived = deriveSignature({ inputs, outputs: [] }, manifestOf(manifest));
  return derived.kind === "invalid" ? derived.problems : [];
}

const columns = spec("x", "FP32", "N", 2);

describe("deriveFeatures()", () => {
  it("lays features over an input in the order of the manifest", () => {
    const { features, inputs } = signatureOf({
      inputs: [spec("x", "FP64", "N", 5)],
      manifest: "features: [{ name: a }, { name: b, shape: [3] }, { name: c }]",
    });
    expect(features.map(({ name, shape, offset }) => [name, shape, offset])).toEqual([
      ["a", [], 0],
      ["b", [3], 1],
      ["c", [], 4],
    ]);
    expect(inputs).toEqual([spec("x", "FP64", "rows", 5)]);
  });

  it("finds the input of the feature's name, or the one it names", () => {
    const { features } = signatureOf({
      inputs: [spec("a", "FP32", "N", 1), spec("b", "STRING", "N", 2)],
      manifest: "features: [{ name: p, input: b }, { name: a }, { name: q, input: b }]",
    });
    expect(
      features.map(({ name, input, offset, dataType }) => [name, input, offset, dataType]),
    ).toEqual([
      ["p", 1, 0, "STRING"],
      ["a", 0, 0, "FP32"],
      ["q", 1, 1, "STRING"],
    ]);
  });

  const shapes: [string, TensorSpec, string, Feature["shape"], TensorSpec["shape"]][] = [
    [
      "a whole input of one element is a value",
      spec("x", "FP32", "N", 1),
      "[{ name: x }]",
      [],
      ["rows", 1],
    ],
    ["a whole input is a list", spec("x", "FP32", "N", 30), "[{ name: x }]", [30], ["rows", 30]],
    [
      "a whole input of any width stays open",
      spec("x", "FP32", "N", "M"),
      "[{ name: x }]",
      ["M"],
      ["rows", "M"],
    ],
    [
      "an only feature may say its width",
      spec("x", "FP32", "N", "M"),
      "[{ name: x, shape: [4] }]",
      [4],
      ["rows", 4],
    ],
    [
      "an only feature may say that its width is open",
      spec("x", "FP32", "N", "M"),
      "[{ name: x, shape: [-1] }]",
      ["M"],
      ["rows", "M"],
    ],
    [
      "an only feature may close one dimension",
      spec("x", "FP32", "N", "A", "B"),
      "[{ name: x, shape: [2, -1] }]",
      [2, "B"],
      ["rows", 2, "B"],
    ],
    [
      "a feature may fold an input",
      spec("x", "FP32", "N", 6),
      "[{ name: x, shape: [2, 3] }]",
      [2, 3],
      ["rows", 6],
    ],
    ["an input without rows is one row", spec("x", "FP32", 2, 3), "[{ name: x }]", [2, 3], [2, 3]],
  ];
  it.each(shapes)("%s", (_, input, features, shape, laidOut) => {
    const signature = signatureOf({ inputs: [input], manifest: `features: ${features}` });
    expect(signature.features.map((feature) => feature.shape)).toEqual([shape]);
    expect(signature.inputs.map((each) => each.shape)).toEqual([laidOut]);
  });

  it("gives an open width the number of its features", () => {
    const { inputs } = signatureOf({
      inputs: [spec("x", "FP32", "", "")],
      manifest: "features: [{ name: a }, { name: b }, { name: c }]",
    });
    expect(inputs).toEqual([spec("x", "FP32", "rows", 3)]);
  });

  const mistakes: [string, TensorSpec[], string, string[]][] = [
    ["no name", [columns], "[{ unit: mm }, { name: b }]", ["features[0].name: required"]],
    [
      "a name twice",
      [columns],
      "[{ name: a }, { name: a }]",
      ["features[1].name: a is given twice"],
    ],
    [
      "no such input",
      [spec("x", "FP32", "N", 1), spec("y", "FP32", "N", 1)],
      "[{ name: a }, { name: b, input: z }, { name: x }, { name: y }]",
      [
        "features[0].input: the model has no input a, but x, y",
        "features[1].input: the model has no input z, but x, y",
      ],
    ],
    [
      "an input without features",
      [spec("x", "FP32", "N", 1), spec("y", "FP32", "N", 1)],
      "[{ name: x }]",
      ["features: none is carried by the input y"],
    ],
    [
      "too few features",
      [spec("x", "FP64", "N", 13)],
      "[{ name: a }, { name: b }]",
      ["features: the input x takes 13 values a row ([rows, 13]), the manifest's features give 2"],
    ],
    [
      "a feature of another rank than its open input",
      [spec("x", "FP32", "N", "A", "B")],
      "[{ name: a }, { name: b }]",
      ["features: the input x is [rows, A, B], and takes one feature of the rank 2"],
    ],
    [
      "a feature of another size than its open input",
      [spec("x", "FP32", "N", "A", 3)],
      "[{ name: a, shape: [2, 4] }]",
      ["features: the input x is [rows, A, 3], the feature a has [2, 4] in a row"],
    ],
    [
      "an open dimension where the input has none",
      [columns],
      "[{ name: a, shape: [-1] }]",
      [
        "features[0].shape[0]: the input x is [rows, 2], which leaves it no open dimension there",
        "features: the input x takes 2 values a row ([rows, 2]), the manifest's features give 1",
      ],
    ],
  ];
  it.each(mistakes)("tells of %s", (_, inputs, features, problems) => {
    expect(problemsOf(inputs, `features: ${features}`)).toEqual(problems);
  });
});
