import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureOf, signatureOf, spec, violationsOf } from "../../../test/support/signatures.ts";
import { bfloat16ToNumber } from "../core/bfloat16.ts";
import type { Signature } from "../core/signature.ts";
import { type DataType, dataTypes, type TensorData } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createRowDecoder } from "./row-decoder.ts";
import { createRowEncoder } from "./row-encoder.ts";

const house = signatureOf({
  inputs: [spec("x", "FP64", "N", 3)],
  manifest: "features: [{ name: CRIM }, { name: RM }, { name: LSTAT }]",
});

const people = signatureOf({
  inputs: [
    spec("sex", "STRING", "N", 1),
    spec("alone", "BOOL", "N", 1),
    spec("class", "INT64", "N", 1),
    spec("age", "FP32", "N", 1),
  ],
  manifest: `
features:
  - { name: sex, categories: { values: [female, male], closed: true } }
  - { name: alone }
  - { name: class, range: { min: 1, max: 3 } }
  - { name: age, missing: fill }`,
});

const pixels = signatureOf({ inputs: [spec("x", "FP32", "N", 3)] });
const open = signatureOf({ inputs: [spec("x", "FP32", "N", "M")] });
const matrix = signatureOf({ inputs: [spec("x", "INT32", "N", 2, 3)] });
const openMatrix = signatureOf({ inputs: [spec("x", "INT32", "N", "A", "B")] });
const scalar = signatureOf({ inputs: [spec("x", "FP32")] });
const fixed = signatureOf({ inputs: [spec("x", "FP32", 2, 3)] });
const pair = signatureOf({ inputs: [spec("a", "FP32", "N", "M"), spec("b", "FP32", "N", "M")] });

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

  const refused: [string, Signature, Value[], string[]][] = [
    [
      "every mistake of every row",
      house,
      [
        { CRIM: 1, RM: "abc" },
        { CRIM: null, RM: true, LSTAT: [1], AGE: 5 },
      ],
      [
        "rows[1].AGE: unknown feature, expected CRIM, RM, LSTAT",
        "rows[1].CRIM: expected a number, got null",
        'rows[0].RM: expected a number, got "abc"',
        "rows[1].RM: expected a number, got true",
        "rows[0].LSTAT: missing",
        "rows[1].LSTAT: expected a number, got a list of 1",
      ],
    ],
    [
      "NaN and the infinities",
      house,
      [[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
      [
        "rows[0].CRIM: expected a finite number, got NaN",
        "rows[0].RM: expected a finite number, got Infinity",
        "rows[0].LSTAT: expected a finite number, got -Infinity",
      ],
    ],
    ["no rows", house, [], ["rows: expected at least one row, got none"]],
    ["more rows than the inputs take", scalar, [[1], [2]], ["rows: expected at most 1 row, got 2"]],
    [
      "what is no row",
      house,
      [null, 5, "a,b,c", true],
      [
        "rows[0]: expected an object of features or a list of their values, got null",
        "rows[1]: expected an object of features or a list of their values, got 5",
        'rows[2]: expected an object of features or a list of their values, got "a,b,c"',
        "rows[3]: expected an object of features or a list of their values, got true",
      ],
    ],
    [
      "too short and too long a row",
      house,
      [
        [1, 2],
        [1, 2, 3, 4],
      ],
      [
        "rows[0]: expected a list of 3 values, got 2",
        "rows[1]: expected a list of 3 values, got 4",
      ],
    ],
    [
      "what is outside a domain",
      people,
      [{ sex: "other", alone: 1, class: 4, age: "x" }],
      [
        'rows[0].sex: expected one of "female", "male", got "other"',
        "rows[0].alone: expected true or false, got 1",
        "rows[0].class: expected a number from 1 to 3, got 4",
        'rows[0].age: expected a number, got "x"',
      ],
    ],
    [
      "integers that JSON has rounded",
      people,
      [{ sex: "male", alone: true, class: 2 ** 53 }],
      [
        "rows[0].class: expected an integer beyond 2^53 to be written as a string of digits, got 9007199254740992",
      ],
    ],
    [
      "names that every object has",
      house,
      [hostile('{"__proto__": 1, "constructor": 2, "RM": 1, "CRIM": 1, "LSTAT": 1}')],
      [
        "rows[0].__proto__: unknown feature, expected CRIM, RM, LSTAT",
        "rows[0].constructor: unknown feature, expected CRIM, RM, LSTAT",
      ],
    ],
    [
      "lists of the wrong length",
      pixels,
      [[1, 2], { x: [1, 2, 3, 4] }, { x: 5 }, {}],
      [
        "rows[0].x: expected a list of 3 values, got 2",
        "rows[1].x: expected a list of 3 values, got 4",
        "rows[2].x: expected a list of 3 values, got 5",
        "rows[3].x: missing",
      ],
    ],
    [
      "elements of lists, each by its place",
      matrix,
      [
        [
          [1, 2.5, 3],
          [4, "x", 6],
        ],
      ],
      [
        "rows[0].x[0][1]: expected an integer, got 2.5",
        'rows[0].x[1][1]: expected an integer, got "x"',
      ],
    ],
    [
      "inner lists of the wrong length",
      matrix,
      [
        [
          [1, 2, 3],
          [4, 5],
        ],
      ],
      ["rows[0].x[1]: expected a list of 3 values, got 2"],
    ],
    [
      "rows of another width than the first",
      open,
      [[1, 2], [3]],
      ["rows[1].x: expected a list of 2 values, got 1"],
    ],
    [
      "a width that no row tells",
      open,
      [{ x: 1 }, {}],
      ["rows[0].x: expected a list, got 1", "rows[1].x: missing"],
    ],
    [
      "nothing that is right in later rows",
      open,
      [{ x: 1 }, [1, 2], [3, 4]],
      ["rows[0].x: expected a list of 2 values, got 1"],
    ],
    [
      "inputs of different widths",
      pair,
      [{ a: [1, 2], b: [3] }],
      ["rows[0].b: expected a list of 2 values, got 1"],
    ],
  ];
  it.each(refused)("tells of %s", (_, signature, rows, violations) => {
    expect(violationsOf(() => createRowEncoder(signature).encode(rows))).toEqual(violations);
  });

  it("says what the documentation says", () => {
    const row = { CRIM: 15.02, RM: "abc" };
    expect(failureOf(() => createRowEncoder(house).encode([row])).message).toBe(
      'rows[0].RM: expected a number, got "abc"; rows[0].LSTAT: missing',
    );
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

  it("names at most ten features to one who knows none", () => {
    const features = Array.from({ length: 30 }, (_, index) => `{ name: f${index}, missing: fill }`);
    const wide = signatureOf({
      inputs: [spec("x", "FP64", "N", 30)],
      manifest: `features: [${features.join(", ")}]`,
    });
    expect(violationsOf(() => encode(wide, [{ g: 1 }]))).toEqual([
      "rows[0].g: unknown feature, expected f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, …",
    ]);
  });

  it("bounds the violations, and counts the rest", () => {
    const failure = failureOf(() =>
      encode(
        house,
        Array.from({ length: 1000 }, () => ({})),
      ),
    );
    expect([failure.violations.length, failure.violationsLeftOut]).toEqual([1000, 2000]);
  });

  it("sets nothing aside for lists that are not there", () => {
    const wide = Array.from({ length: 100_000 }, () => 0);
    const rows: Value[] = [wide, ...Array.from({ length: 200_000 }, () => [])];
    const failure = failureOf(() => encode(open, rows));
    expect(failure.violations[0]).toEqual({
      field: "rows[1].x",
      description: "expected a list of 100000 values, got 0",
    });
  });
});

/** Any value that a type can hold exactly, as a row carries it. */
const cells: Readonly<Record<DataType, fc.Arbitrary<Value>>> = {
  BOOL: fc.boolean(),
  STRING: fc.string({ unit: "binary" }),
  UINT8: fc.integer({ min: 0, max: 0xff }),
  UINT16: fc.integer({ min: 0, max: 0xffff }),
  UINT32: fc.integer({ min: 0, max: 0xffff_ffff }),
  UINT64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  INT8: fc.integer({ min: -0x80, max: 0x7f }),
  INT16: fc.integer({ min: -0x8000, max: 0x7fff }),
  INT32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  FP16: fc
    .integer({ min: 0, max: 0x7bff })
    .map((bits) => Number(new Float16Array(Uint16Array.of(bits).buffer)[0])),
  FP32: fc.float({ noNaN: true, noDefaultInfinity: true }),
  FP64: fc.double({ noNaN: true, noDefaultInfinity: true }),
  BF16: fc.integer({ min: 0, max: 0x7f7f }).map(bfloat16ToNumber),
};

describe("encode() and decode()", () => {
  it.each(dataTypes)("carry every row of %s there and back", (type) => {
    const input = spec("x", type, "N", 2, 3);
    const signature = signatureOf({ inputs: [input], outputs: [input] });
    const row = fc.array(fc.array(cells[type], { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const { tensors, rowCount } = createRowEncoder(signature).encode(rows);
        const decoded = createRowDecoder(signature).decode(tensors, rowCount);
        expect(decoded.map((each) => each["x"])).toEqual(rows);
      }),
    );
  });

  it("carry numbers of any precision as the type rounds them", () => {
    const rounding: [DataType, (value: number) => TensorData][] = [
      ["FP32", (value) => Float32Array.of(value)],
      ["FP16", (value) => Float16Array.of(value)],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...rounding),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        ([type, round], value) => {
          const signature = signatureOf({ inputs: [spec("x", type, "N", 1)] });
          expect(createRowEncoder(signature).encode([[value]]).tensors[0]?.data).toEqual(
            round(value),
          );
        },
      ),
    );
  });

  it("never throw anything but violations, whatever the rows are", () => {
    const signatures = [house, people, pixels, open, matrix, openMatrix, scalar, fixed, pair];
    const anything = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...signatures), anything, (signature, rows) => {
        let outcome: string;
        try {
          createRowEncoder(signature).encode(rows as Value[]);
          outcome = "encoded";
        } catch (error) {
          outcome = failureOf(() => {
            throw error;
          }).reason;
        }
        expect(["encoded", "INVALID_INPUT"]).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });
});
