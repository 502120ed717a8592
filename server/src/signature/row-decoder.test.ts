import { describe, expect, it } from "vitest";
import { failureOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { Dimension, TensorSpec } from "../core/signature.ts";
import type { DataType, Tensor } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createRowDecoder, type RowDecoder } from "./row-decoder.ts";

const byRowInput = spec("x", "FP32", "N", 1);
const wholeInput = spec("x", "FP32", 2, 3);

/** The decoder of a model that answers y, of a shape that its file gives. */
function decoderOf(input: TensorSpec, type: DataType, ...shape: Dimension[]): RowDecoder {
  return createRowDecoder(signatureOf({ inputs: [input], outputs: [spec("y", type, ...shape)] }));
}

function labelled(type: DataType, shape: readonly Dimension[], classes: string): RowDecoder {
  return createRowDecoder(
    signatureOf({
      inputs: [spec("x", "FP32", "N", 1)],
      outputs: [spec("label", type, ...shape)],
      manifest: `classes: ${classes}`,
    }),
  );
}

function tensor(dataType: Tensor["dataType"], shape: number[], data: Tensor["data"]): Tensor {
  return { name: "y", dataType, shape, data };
}

describe("decode()", () => {
  const cases: [string, TensorSpec, Dimension[], Tensor, number, Value[]][] = [
    ["a value a row", byRowInput, ["N"], tensor("FP32", [2], Float32Array.of(1, 2)), 2, [1, 2]],
    [
      "one element a row as a value",
      byRowInput,
      ["N", 1],
      tensor("FP32", [2, 1], Float32Array.of(1, 2)),
      2,
      [1, 2],
    ],
    [
      "a list that happens to have one element",
      byRowInput,
      ["N", "M"],
      tensor("FP32", [2, 1], Float32Array.of(1, 2)),
      2,
      [[1], [2]],
    ],
    [
      "a list a row",
      byRowInput,
      ["N", 2],
      tensor("FP64", [2, 2], Float64Array.of(1, 2, 3, 4)),
      2,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "a matrix a row",
      byRowInput,
      ["", 2, 2],
      tensor("INT8", [1, 2, 2], Int8Array.of(1, 2, 3, 4)),
      1,
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    [
      "no elements a row",
      byRowInput,
      ["N", "M"],
      tensor("INT8", [2, 0], new Int8Array(0)),
      2,
      [[], []],
    ],
    [
      "booleans",
      byRowInput,
      ["N", 1],
      tensor("BOOL", [2, 1], Uint8Array.of(0, 1)),
      2,
      [false, true],
    ],
    [
      "64-bit integers, exact",
      byRowInput,
      ["N"],
      tensor("INT64", [1], BigInt64Array.of(2n ** 53n + 1n)),
      1,
      [2n ** 53n + 1n],
    ],
    ["text", byRowInput, ["N"], tensor("STRING", [2], ["a", ""]), 2, ["a", ""]],
    [
      "bfloat16 as numbers",
      byRowInput,
      ["N"],
      tensor("BF16", [2], Uint16Array.of(0x3f80, 0xc000)),
      2,
      [1, -2],
    ],
    [
      "NaN and infinities",
      byRowInput,
      ["N"],
      tensor("FP32", [2], Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY)),
      2,
      [Number.NaN, Number.NEGATIVE_INFINITY],
    ],
    [
      "more than the file said, to one row",
      byRowInput,
      ["N"],
      tensor("FP32", [3], Float32Array.of(1, 2, 3)),
      1,
      [[1, 2, 3]],
    ],
    [
      "an answer without rows, to one row",
      byRowInput,
      [3],
      tensor("FP32", [3], Float32Array.of(1, 2, 3)),
      1,
      [[1, 2, 3]],
    ],
    ["a scalar", wholeInput, [], tensor("FP32", [], Float32Array.of(5)), 1, [5]],
    [
      "a whole matrix, without a row dimension",
      wholeInput,
      [2, 2],
      tensor("FP32", [2, 2], Float32Array.of(1, 2, 3, 4)),
      1,
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ],
    [
      "a first dimension of 1, without a row dimension",
      wholeInput,
      [1, 2],
      tensor("FP32", [1, 2], Float32Array.of(1, 2)),
      1,
      [[[1, 2]]],
    ],
  ];
  it.each(cases)("gives %s", (_, input, shape, output, rowCount, values) => {
    const rows = decoderOf(input, output.dataType, ...shape).decode([output], rowCount);
    expect(rows.map((row) => row["y"])).toEqual(values);
  });

  it("keys each row by output, in the order of the outputs", () => {
    const outputs = [
      { ...tensor("INT64", [1], BigInt64Array.of(1n)), name: "label" },
      { ...tensor("FP32", [1, 2], Float32Array.of(0.25, 0.75)), name: "__proto__" },
      { ...tensor("FP32", [1], Float32Array.of(3)), name: "constructor" },
    ];
    const specs = [
      spec("label", "INT64", "N"),
      spec("__proto__", "FP32", "N", 2),
      spec("constructor", "FP32", "N"),
    ];
    const decoder = createRowDecoder(signatureOf({ inputs: [byRowInput], outputs: specs }));
    const [row] = decoder.decode(outputs, 1);
    expect(Object.entries(row ?? {})).toEqual([
      ["label", 1n],
      ["__proto__", [0.25, 0.75]],
      ["constructor", 3],
    ]);
  });

  const classes: [string, RowDecoder, Tensor, Value[]][] = [
    [
      "integers",
      labelled("INT64", ["N"], "[{ value: 2, label: benign }, { value: 4, label: malignant }]"),
      tensor("INT64", [2], BigInt64Array.of(4n, 2n)),
      ["malignant", "benign"],
    ],
    [
      "numbers",
      labelled("FP32", ["N"], "[{ value: 0, label: a }, { value: 0.5, label: b }]"),
      tensor("FP32", [2], Float32Array.of(0.5, 0)),
      ["b", "a"],
    ],
    [
      "text",
      labelled("STRING", ["N"], "[{ value: s, label: setosa }]"),
      tensor("STRING", [2], ["s", "s"]),
      ["setosa", "setosa"],
    ],
    [
      "truth",
      labelled("BOOL", ["N"], "[{ value: 0, label: no }, { value: 1, label: yes }]"),
      tensor("BOOL", [2], Uint8Array.of(1, 0)),
      ["yes", "no"],
    ],
    [
      "lists",
      labelled("INT64", ["N", 2], "[{ value: 0, label: a }, { value: 1, label: b }]"),
      tensor("INT64", [2, 2], BigInt64Array.of(0n, 1n, 1n, 1n)),
      [
        ["a", "b"],
        ["b", "b"],
      ],
    ],
  ];
  it.each(classes)("labels classes that are %s", (_, decoder, output, labels) => {
    const rows = decoder.decode([{ ...output, name: "label" }], 2);
    expect(rows.map((row) => row["class"])).toEqual(labels);
  });

  it("labels nothing where the answer leaves the classes out", () => {
    const decoder = labelled("INT64", ["N"], "[{ value: 0, label: a }]");
    expect(decoder.decode([tensor("FP32", [2], Float32Array.of(1, 2))], 1)).toEqual([
      { y: [1, 2] },
    ]);
  });

  it("refuses a class that the manifest does not label", () => {
    const decoder = labelled("INT64", ["N"], "[{ value: 0, label: a }, { value: 1, label: b }]");
    const output = { ...tensor("INT64", [2], BigInt64Array.of(0n, 7n)), name: "label" };
    const failure = failureOf(() => decoder.decode([output], 2));
    expect([failure.reason, failure.message]).toEqual([
      "MODEL_ANSWER_INVALID",
      "the model answered the class 7, the manifest labels 0, 1",
    ]);
  });

  const unsplit: [string, number[]][] = [
    ["of another number of rows", [3]],
    ["that is a scalar", []],
  ];
  it.each(unsplit)("refuses an output %s", (_, shape) => {
    const output = tensor("FP32", shape, new Float32Array(3));
    const failure = failureOf(() => decoderOf(byRowInput, "FP32", "N").decode([output], 2));
    expect([failure.reason, failure.message]).toEqual([
      "MODEL_ANSWER_INVALID",
      `the output y of shape [${shape.join(", ")}] does not split into 2 rows; ask for one row, or by tensors`,
    ]);
  });
});
