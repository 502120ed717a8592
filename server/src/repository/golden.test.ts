import type { GoldenExample } from "@presage/gen/presage/v1/manifest_pb";
import { describe, expect, it } from "vitest";
import { manifestOf } from "../../../test/support/signatures.ts";
import type { GenericOutput } from "../core/prediction.ts";
import type { Tensor } from "../core/tensor.ts";
import type { ValueObject } from "../core/value.ts";
import { compareGolden, goldenInput } from "./golden.ts";

function example(text: string): GoldenExample {
  const [golden] = manifestOf(`golden: [${text}]`).golden;
  if (golden === undefined) throw new Error("no example");
  return golden;
}

function rows(...given: ValueObject[]): GenericOutput {
  return { kind: "rows", rows: given };
}

function tensors(...given: Tensor[]): GenericOutput {
  return { kind: "tensors", tensors: given };
}

describe("goldenInput()", () => {
  it("reads rows", () => {
    const golden = example("{ rows: [{ a: 1 }, [2]], expectRows: [1, 2] }");
    expect(goldenInput(golden)).toEqual({ kind: "rows", rows: [{ a: 1 }, [2]] });
  });

  it("reads tensors", () => {
    const golden = example("{ tensors: [{ name: x, shape: [1], floats: { values: [0.5] } }] }");
    expect(goldenInput(golden)).toEqual({
      kind: "tensors",
      tensors: [
        { name: "x", dataType: undefined, shape: [1n], content: { kind: "floats", values: [0.5] } },
      ],
    });
  });
});

describe("compareGolden()", () => {
  const byRow: [string, string, ValueObject[], string[]][] = [
    ["equal rows", "expectRows: [{ y: 1, class: a }]", [{ y: 1, class: "a" }], []],
    ["outputs that are left out", "expectRows: [{ y: 1 }]", [{ y: 1, z: 2 }], []],
    ["numbers that are close", "expectRows: [{ y: 0.5 }]", [{ y: 0.5 + 9e-7 }], []],
    [
      "numbers that are not",
      "expectRows: [{ y: 0.5 }]",
      [{ y: 0.51 }],
      ["rows[0].y: expected 0.5, got 0.51"],
    ],
    ["great numbers, relative to their size", "expectRows: [{ y: 1000 }]", [{ y: 1000.0009 }], []],
    ["small numbers, absolutely", "expectRows: [{ y: 0.000001 }]", [{ y: 0.0000005 }], []],
    ["a tolerance of its own", "expectRows: [{ y: 10 }], tolerance: 0.1", [{ y: 10.9 }], []],
    [
      "a tolerance of none",
      "expectRows: [{ y: 1 }], tolerance: 0",
      [{ y: 1 + 2e-16 }],
      ["rows[0].y: expected 1, got 1.0000000000000002"],
    ],
    [
      "lists, by element",
      "expectRows: [{ y: [1, 2] }]",
      [{ y: [1, 3] }],
      ["rows[0].y[1]: expected 2, got 3"],
    ],
    [
      "lists of other lengths",
      "expectRows: [{ y: [1, 2] }]",
      [{ y: [1] }],
      ["rows[0].y: expected a list of 2, got 1"],
    ],
    [
      "an output that is not there",
      "expectRows: [{ z: 1 }]",
      [{ y: 1 }],
      ["rows[0].z: expected 1, got nothing"],
    ],
    [
      "an output named as a part of every object",
      "expectRows: [{ constructor: 1 }]",
      [{ y: 1 }],
      ["rows[0].constructor: expected 1, got nothing"],
    ],
    [
      "another label",
      "expectRows: [{ class: benign }]",
      [{ class: "malignant" }],
      ['rows[0].class: expected "benign", got "malignant"'],
    ],
    [
      "other kinds",
      "expectRows: [{ a: 1, b: true, c: [1] }]",
      [{ a: "1", b: 1, c: 1 }],
      [
        'rows[0].a: expected 1, got "1"',
        "rows[0].b: expected true, got 1",
        "rows[0].c: expected a list of 1, got 1",
      ],
    ],
    [
      "integers beyond 2^53, as text",
      'expectRows: [{ y: "9007199254740993" }]',
      [{ y: 9007199254740993n }],
      [],
    ],
    [
      "NaN and infinity, as text",
      'expectRows: [{ y: ["NaN", "-Infinity"] }]',
      [{ y: [Number.NaN, Number.NEGATIVE_INFINITY] }],
      [],
    ],
    [
      "every row",
      "expectRows: [{ y: 1 }, { y: 2 }]",
      [{ y: 0 }, { y: 0 }],
      ["rows[0].y: expected 1, got 0", "rows[1].y: expected 2, got 0"],
    ],
    [
      "a row that is not there",
      "expectRows: [{ y: 1 }, { y: 2 }]",
      [{ y: 1 }],
      ["rows[1]: expected an object, got nothing"],
    ],
  ];
  it.each(byRow)("compares %s", (_, expected, answer, differences) => {
    expect(compareGolden(example(`{ ${expected} }`), rows(...answer))).toEqual(differences);
  });

  const y: Tensor = { name: "y", dataType: "FP32", shape: [1, 2], data: Float32Array.of(0.1, 2) };
  const ids: Tensor = {
    name: "id",
    dataType: "INT64",
    shape: [1],
    data: BigInt64Array.of(2n ** 53n + 1n),
  };
  const odd: Tensor = {
    name: "y",
    dataType: "FP64",
    shape: [2],
    data: Float64Array.of(Number.NaN, Infinity),
  };
  const text: Tensor = { name: "t", dataType: "STRING", shape: [1], data: ["é"] };
  const byTensor: [string, string, Tensor[], string[]][] = [
    ["lists", "name: y, shape: [1, 2], floats: { values: [0.1, 2] }", [ids, y], []],
    [
      "lists that differ",
      "name: y, shape: [1, 2], floats: { values: [0.2, 2] }",
      [y],
      ["tensors.y[0]: expected 0.2, got 0.10000000149011612"],
    ],
    [
      "shapes",
      "name: y, shape: [2, 1], floats: { values: [0.1, 2] }",
      [y],
      ["tensors.y.shape[0]: expected 2, got 1", "tensors.y.shape[1]: expected 1, got 2"],
    ],
    [
      "ranks",
      "name: y, shape: [2], floats: { values: [0.1, 2] }",
      [y],
      ["tensors.y.shape: expected a list of 1, got 2"],
    ],
    ["an output that is not there", "name: z", [y], ["tensors.z: the model has no such output"]],
    [
      "64-bit integers, exactly",
      'name: id, shape: [1], int64s: { values: ["9007199254740992"] }',
      [ids],
      ["tensors.id[0]: expected 9007199254740992, got 9007199254740993"],
    ],
    [
      "NaN and infinity",
      'name: y, shape: [2], doubles: { values: ["NaN", "Infinity"] }',
      [odd],
      [],
    ],
    [
      "infinity with minus infinity",
      'name: y, shape: [2], doubles: { values: ["NaN", "-Infinity"] }',
      [odd],
      ["tensors.y[1]: expected -Infinity, got Infinity"],
    ],
    [
      "text",
      "name: t, shape: [1], strings: { values: [e] }",
      [text],
      ['tensors.t[0]: expected "e", got "é"'],
    ],
    ["bytes", "name: t, shape: [1], raw: AgAAAMOp", [text], []],
  ];
  it.each(byTensor)("compares %s", (_, expected, answer, differences) => {
    const golden = example(`{ expectTensors: [{ ${expected} }] }`);
    expect(compareGolden(golden, tensors(...answer))).toEqual(differences);
  });
});
