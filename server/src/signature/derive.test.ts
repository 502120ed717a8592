import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { Dimension, TensorSpec } from "../core/signature.ts";
import { deriveSignature } from "./derive.ts";

describe("deriveSignature()", () => {
  const axes: [string, TensorSpec[], boolean, number, (readonly Dimension[])[]][] = [
    [
      "an open first dimension counts rows",
      [spec("x", "FP32", "N", 3)],
      true,
      Infinity,
      [["rows", 3]],
    ],
    ["also without a name", [spec("x", "FP32", "", 3)], true, Infinity, [["rows", 3]]],
    ["also alone", [spec("x", "FP32", "N")], true, Infinity, [["rows"]]],
    ["a first dimension of 1 takes one row", [spec("x", "FP32", 1, 3)], true, 1, [[1, 3]]],
    ["a scalar has none", [spec("x", "FP32")], false, 1, [[]]],
    ["a fixed first dimension is none", [spec("x", "FP32", 2, 3)], false, 1, [[2, 3]]],
    [
      "all inputs count alike",
      [spec("a", "FP32", "N", 1), spec("b", "INT64", "N")],
      true,
      Infinity,
      [["rows", 1], ["rows"]],
    ],
    [
      "also where some give no name",
      [spec("a", "FP32", "", 1), spec("b", "FP32", "N")],
      true,
      Infinity,
      [["rows", 1], ["rows"]],
    ],
    [
      "two names count nothing",
      [spec("a", "FP32", "N", 1), spec("b", "FP32", "M", 1)],
      false,
      1,
      [
        ["N", 1],
        ["M", 1],
      ],
    ],
    [
      "one scalar input among others counts nothing",
      [spec("a", "FP32", "N"), spec("b", "FP32")],
      false,
      1,
      [["N"], []],
    ],
    [
      "one input of one row bounds all",
      [spec("a", "FP32", "N", 1), spec("b", "FP32", 1, 1)],
      true,
      1,
      [
        ["rows", 1],
        [1, 1],
      ],
    ],
    ["no inputs, no rows", [], false, 1, []],
    [
      "open dimensions get names",
      [spec("x", "FP32", "", "", "W")],
      true,
      Infinity,
      [["rows", "x.1", "W"]],
    ],
    ["one without a row dimension too", [spec("x", "FP32", 2, "")], false, 1, [[2, "x.1"]]],
    [
      "only the first dimension is called rows",
      [spec("x", "FP32", "N", "rows")],
      true,
      Infinity,
      [["rows", "x.1"]],
    ],
  ];
  it.each(axes)("%s", (_, inputs, rowAxis, maxRows, shapes) => {
    const signature = signatureOf({ inputs });
    expect(signature.inputs.map(({ shape }) => shape)).toEqual(shapes);
    expect([signature.rowAxis, signature.maxRows]).toEqual([rowAxis, maxRows]);
  });

  it("makes each input a feature where no manifest tells of any", () => {
    const inputs = [
      spec("a", "FP32", "N", 1),
      spec("b", "STRING", "N", 2, "K"),
      spec("c", "BOOL", "N"),
    ];
    const { features, classes } = signatureOf({ inputs });
    expect(
      features.map(({ name, dataType, shape, input, offset }) => [
        name,
        dataType,
        shape,
        input,
        offset,
      ]),
    ).toEqual([
      ["a", "FP32", [], 0, 0],
      ["b", "STRING", [2, "K"], 1, 0],
      ["c", "BOOL", [], 2, 0],
    ]);
    expect(classes).toBeUndefined();
  });

  it("names the dimensions of outputs as those of inputs", () => {
    const { outputs } = signatureOf({
      inputs: [spec("x", "FP32", "N", 3)],
      outputs: [spec("y", "FP32", "N", ""), spec("z", "INT64", "")],
    });
    expect(outputs.map(({ shape }) => shape)).toEqual([["rows", "y.1"], ["rows"]]);
  });

  it("tells every mistake of a manifest at once", () => {
    const manifest = manifestOf("features: [{ name: a, shape: [0] }]\nclassOutput: y");
    const file = { inputs: [spec("x", "FP32", "N", 2)], outputs: [spec("y", "FP32", "N")] };
    expect(deriveSignature(file, manifest)).toEqual({
      kind: "invalid",
      problems: [
        "features[0].shape[0]: expected at least 1, or -1, got 0",
        "features: the input x takes 2 values a row ([rows, 2]), the manifest's features give 1",
        "classOutput: only used with classes",
      ],
    });
  });
});
