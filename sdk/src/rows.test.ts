import { create, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { ListValueSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeValue, encodeRows, isManyRows } from "./rows.ts";

function json(rows: readonly object[]): unknown {
  return encodeRows(rows).map((row) => toJson(ValueSchema, row));
}

describe("isManyRows()", () => {
  const cases: [string, object, boolean][] = [
    ["an object", { a: 1 }, false],
    ["a list of scalars", [1, "a", null], false],
    ["a list of scalars and lists", [1, [2, 3]], false],
    ["a list of objects", [{ a: 1 }], true],
    ["a list of lists", [[1], [2]], true],
    ["a list of objects and lists", [{ a: 1 }, [2]], true],
    ["an empty list", [], true],
    ["a typed array", new Float32Array(2), false],
  ];
  for (const [what, rows, expected] of cases) {
    it(`takes ${what} for ${expected ? "many rows" : "one row"}`, () => {
      expect(isManyRows(rows)).toBe(expected);
    });
  }
});

describe("encodeRows()", () => {
  it("writes every kind of value", () => {
    const row = { a: 1.5, b: "x", c: true, d: null, e: [[1], []], f: { g: 2 } };
    expect(json([row])).toEqual([row]);
  });

  it("leaves out members that are undefined", () => {
    expect(json([{ a: 1, b: undefined }])).toEqual([{ a: 1 }]);
  });

  it("writes typed arrays as lists", () => {
    expect(json([new Float32Array([1, 0.5])])).toEqual([[1, 0.5]]);
  });

  it("keeps a member called __proto__", () => {
    const row = JSON.parse('{"__proto__": 1}') as object;
    expect(Object.entries((json([row]) as object[])[0] ?? {})).toEqual([["__proto__", 1]]);
  });

  const integers: [bigint, number | string][] = [
    [0n, 0],
    [9007199254740991n, 9007199254740991],
    [-9007199254740991n, -9007199254740991],
    [9007199254740992n, "9007199254740992"],
    [-9007199254740993n, "-9007199254740993"],
  ];
  for (const [given, expected] of integers) {
    it(`writes the bigint ${given} as a ${typeof expected}`, () => {
      expect(json([[given]])).toEqual([[expected]]);
    });
  }

  it("names every value that cannot be sent", () => {
    const rows = [
      { x: Number.NaN, y: [1, Number.POSITIVE_INFINITY] },
      { when: new Date(0) },
      [() => 1],
    ];
    expect(() => encodeRows(rows)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        reason: "INVALID_INPUT",
        violations: [
          {
            field: "rows[0].x",
            description: "expected a finite number, got NaN; null is a missing value",
          },
          {
            field: "rows[0].y[1]",
            description: "expected a finite number, got Infinity; null is a missing value",
          },
          { field: "rows[1].when", description: "expected a plain object, got a Date" },
          { field: "rows[2][0]", description: "expected a value that JSON can say, got function" },
        ],
      }),
    );
  });

  it("refuses a row that contains itself", () => {
    const row: { self?: object } = {};
    row.self = row;
    expect(() => encodeRows([row])).toThrow("expected at most 30 levels, got more");
  });

  it("writes the deepest row that it takes in a form that protobuf can read", () => {
    let row: object = {};
    for (let level = 1; level < 30; level += 1) row = { deeper: row };
    const [message] = encodeRows([row]);
    const values = message === undefined ? [] : [message];
    const bytes = toBinary(ListValueSchema, create(ListValueSchema, { values }));
    expect(fromBinary(ListValueSchema, bytes).values.map(decodeValue)).toEqual([row]);
  });
});

describe("decodeValue()", () => {
  it("reads back what was written, for any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(encodeRows([{ value }]).map(decodeValue)).toEqual([{ value }]);
      }),
    );
  });

  it("reads a value that is not set as null", () => {
    expect(decodeValue(create(ValueSchema))).toBeNull();
  });
});
