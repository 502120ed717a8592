import { describe, expect, it } from "vitest";
import {
  house,
  matrix,
  open,
  pair,
  people,
  pixels,
  scalar,
} from "../../../test/support/example-signatures.ts";
import { failureOf, signatureOf, spec, violationsOf } from "../../../test/support/signatures.ts";
import type { Signature } from "../core/signature.ts";
import type { Value } from "../core/value.ts";
import { createRowEncoder } from "./row-encoder.ts";

function hostile(text: string): Value {
  return JSON.parse(text) as Value;
}

describe("encode()", () => {
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

  it("names at most ten features to one who knows none", () => {
    const features = Array.from({ length: 30 }, (_, index) => `{ name: f${index}, missing: fill }`);
    const wide = signatureOf({
      inputs: [spec("x", "FP64", "N", 30)],
      manifest: `features: [${features.join(", ")}]`,
    });
    expect(violationsOf(() => createRowEncoder(wide).encode([{ g: 1 }]))).toEqual([
      "rows[0].g: unknown feature, expected f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, …",
    ]);
  });

  it("bounds the violations, and counts the rest", () => {
    const failure = failureOf(() =>
      createRowEncoder(house).encode(Array.from({ length: 1000 }, () => ({}))),
    );
    expect([failure.violations.length, failure.violationsLeftOut]).toEqual([1000, 2000]);
  });

  it("sets nothing aside for lists that are not there", () => {
    const wide = Array.from({ length: 100_000 }, () => 0);
    const rows: Value[] = [wide, ...Array.from({ length: 200_000 }, () => [])];
    const failure = failureOf(() => createRowEncoder(open).encode(rows));
    expect(failure.violations[0]).toEqual({
      field: "rows[1].x",
      description: "expected a list of 100000 values, got 0",
    });
  });
});
