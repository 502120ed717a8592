import { describe, expect, it } from "vitest";
import { signatureOf, spec, violationsOf } from "../../../test/support/signatures.ts";
import type { Signature } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createPredictionCodec } from "./prediction-codec.ts";

const signature = signatureOf({
  inputs: [spec("x", "FP32", "N", 2)],
  outputs: [spec("label", "INT64", "N"), spec("p", "FP32", "N", 2)],
  manifest: "features: [{ name: a }, { name: b }]",
});
const codec = createPredictionCodec(signature);

const answer: Tensor[] = [
  { name: "label", dataType: "INT64", shape: [1], data: BigInt64Array.of(1n) },
  { name: "p", dataType: "FP32", shape: [1, 2], data: Float32Array.of(0.25, 0.75) },
];

describe("encode()", () => {
  it("gives the same for rows and for tensors", () => {
    const content = { kind: "floats", values: [1, 2] } as const;
    const tensor = { name: "x", dataType: undefined, shape: [1n, 2n], content };
    const byTensors = codec.encode({ kind: "tensors", tensors: [tensor] });
    expect(codec.encode({ kind: "rows", rows: [{ a: 1, b: 2 }] })).toEqual(byTensors);
  });
});

describe("selectOutputs()", () => {
  const taken: [string[], string[]][] = [
    [[], ["label", "p"]],
    [["p"], ["p"]],
    [
      ["p", "label"],
      ["p", "label"],
    ],
  ];
  it.each(taken)("of %j is %j", (names, selected) => {
    expect(codec.selectOutputs(names)).toEqual(selected);
  });

  it("tells of every name that is unknown or given twice", () => {
    expect(violationsOf(() => codec.selectOutputs(["p", "q", "p", ""]))).toEqual([
      'outputs[1]: unknown output "q", expected label, p',
      "outputs[2]: p is given twice",
      'outputs[3]: unknown output "", expected label, p',
    ]);
  });
});

describe("decode()", () => {
  const feeds = codec.encode({ kind: "rows", rows: [[1, 2]] });

  it("gives rows to one who asked by rows", () => {
    expect(codec.decode("rows", answer, feeds)).toEqual({
      kind: "rows",
      rows: [{ label: 1n, p: [0.25, 0.75] }],
    });
  });

  it("gives the tensors to one who asked by tensors", () => {
    expect(codec.decode("tensors", answer, feeds)).toEqual({ kind: "tensors", tensors: answer });
  });
});

describe("describe()", () => {
  const several = signatureOf({
    inputs: [spec("a", "FP32", "N", 1), spec("b", "STRING", "N", 1), spec("c", "BOOL", "N", 1)],
  });
  const cases: [string, Signature, Value[], string][] = [
    [
      "one input",
      signature,
      [
        [1, 2],
        [3, 4],
      ],
      "(2, 2)",
    ],
    ["several inputs, as the columns of a table", several, [[1, "x", true]], "(1, 3)"],
    ["a scalar", signatureOf({ inputs: [spec("x", "FP32")] }), [[1]], "()"],
    ["a list of rows", signatureOf({ inputs: [spec("x", "FP32", "N")] }), [[1], [2], [3]], "(3,)"],
  ];
  it.each(cases)("tells the shape of %s", (_, each, rows, shape) => {
    const own = createPredictionCodec(each);
    expect(own.describe(own.encode({ kind: "rows", rows }))).toEqual({ shape_input_data: shape });
  });
});
