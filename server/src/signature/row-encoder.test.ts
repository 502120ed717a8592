import { describe, expect, it } from "vitest";
import {
  fixed,
  house,
  matrix,
  open,
  openMatrix,
  pair,
  people,
  pixels,
  scalar,
} from "../../../test/support/example-signatures.ts";
import { signatureOf, spec, violationsOf } from "../../../test/support/signatures.ts";
import type { Signature } from "../core/signature.ts";
import type { Value } from "../core/value.ts";
import { createRowEncoder } from "./row-encoder.ts";

function hostile(text: string): Value {
  return JSON.parse(text) as Value;
}

interface Encoded {
  readonly shape: readonly number[];
  readonly data: readonly (number | bigint | string)[];
}

function encode(signature: Signature, rows: readonly Value[]): readonly Encoded[] {
  const { tensors } = createRowEncoder(signature).encode(rows);
  return tensors.map(({ shape, data }) => ({ shape, data: [...data] }));
}

describe("encode()", () => {
  const taken: [string, Signature, Value[], Encoded[]][] = [
    [
      "rows by name, in any order",
      house,
      [
        { LSTAT: 3, CRIM: 1, RM: 2 },
        { CRIM: 4, RM: 5, LSTAT: 6 },
      ],
      [{ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
    ],
    ["rows by position", house, [[1, 2, 3]], [{ shape: [1, 3], data: [1, 2, 3] }]],
    [
      "rows of both kinds",
      house,
      [[1, 2, 3], { CRIM: 4, RM: 5, LSTAT: 6 }],
      [{ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
    ],
    [
      "several inputs of several types",
      people,
      [{ sex: "male", alone: true, class: 3, age: 22 }, ["female", false, "1", 0.5]],
      [
        { shape: [2, 1], data: ["male", "female"] },
        { shape: [2, 1], data: [1, 0] },
        { shape: [2, 1], data: [3n, 1n] },
        { shape: [2, 1], data: [22, 0.5] },
      ],
    ],
    [
      "missing values where they are filled",
      people,
      [
        { sex: "male", alone: true, class: 3 },
        ["male", true, 3, null],
        ["male", true, 3, Number.POSITIVE_INFINITY],
      ],
      [
        { shape: [3, 1], data: ["male", "male", "male"] },
        { shape: [3, 1], data: [1, 1, 1] },
        { shape: [3, 1], data: [3n, 3n, 3n] },
        { shape: [3, 1], data: [Number.NaN, Number.NaN, Number.NaN] },
      ],
    ],
    [
      "the list of an only feature by name",
      pixels,
      [{ x: [1, 2, 3] }],
      [{ shape: [1, 3], data: [1, 2, 3] }],
    ],
    [
      "the list itself as the row",
      pixels,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [{ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
    ],
    ["the list in a list of values", pixels, [[[1, 2, 3]]], [{ shape: [1, 3], data: [1, 2, 3] }]],
    [
      "rows as wide as the first",
      open,
      [[1, 2], { x: [3, 4] }],
      [{ shape: [2, 2], data: [1, 2, 3, 4] }],
    ],
    ["rows without width", open, [[], []], [{ shape: [2, 0], data: [] }]],
    [
      "a matrix a row",
      matrix,
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      [{ shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6] }],
    ],
    [
      "a matrix in a list of values",
      matrix,
      [
        [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ],
      [{ shape: [1, 2, 3], data: [1, 2, 3, 4, 5, 6] }],
    ],
    [
      "a matrix of any size",
      openMatrix,
      [{ x: [[1], [2]] }, [[3], [4]]],
      [{ shape: [2, 2, 1], data: [1, 2, 3, 4] }],
    ],
    ["a scalar by name", scalar, [{ x: 5 }], [{ shape: [], data: [5] }]],
    ["a scalar by position", scalar, [[5]], [{ shape: [], data: [5] }]],
    [
      "inputs without rows, whole",
      fixed,
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      [{ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }],
    ],
    [
      "inputs that share an open width",
      pair,
      [{ a: [1, 2], b: [3, 4] }],
      [
        { shape: [1, 2], data: [1, 2] },
        { shape: [1, 2], data: [3, 4] },
      ],
    ],
  ];
  it.each(taken)("takes %s", (_, signature, rows, encoded) => {
    expect(encode(signature, rows)).toEqual(encoded);
  });

  it("takes features that are named as a part of every object", () => {
    const signature = signatureOf({
      inputs: [spec("x", "FP64", "N", 2)],
      manifest: "features: [{ name: __proto__ }, { name: constructor }]",
    });
    expect(encode(signature, [hostile('{"constructor": 2, "__proto__": 1}')])).toEqual([
      { shape: [1, 2], data: [1, 2] },
    ]);
    expect(violationsOf(() => encode(signature, [{}]))).toEqual([
      "rows[0].__proto__: missing",
      "rows[0].constructor: missing",
    ]);
  });
});
