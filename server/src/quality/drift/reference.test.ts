import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../../test/support/signatures.ts";
import { createReference, referenceText } from "./reference.ts";
import { readReference } from "./reference-reader.ts";
import { watchColumns } from "./watched-column.ts";

const watched = watchColumns(
  signatureOf({
    inputs: [spec("age", "FP64", "N", 1), spec("port", "STRING", "N", 1)],
  }),
);
const age = {
  name: "age",
  kind: "numbers",
  edges: [0.5, 1.5],
  counts: [0, 9, 1],
  missing: 2,
  outOfRange: 0,
} as const;
const port = {
  name: "port",
  kind: "categories",
  values: ["C", "S"],
  counts: [7, 4, 1],
  missing: 0,
  outOfRange: 0,
} as const;
const reference = createReference(12, [age, port]);

function problemsOf(change: object): readonly string[] {
  const plain = JSON.parse(referenceText(reference)) as object;
  const read = readReference(JSON.stringify({ ...plain, ...change }), watched);
  return read.kind === "invalid" ? read.problems : [];
}

describe("referenceText()", () => {
  it("writes a column a line", () => {
    expect(referenceText(reference).split("\n")).toEqual([
      "{",
      '  "format": 1,',
      '  "rows": 12,',
      '  "columns": [',
      '    {"name":"age","kind":"numbers","edges":[0.5,1.5],"counts":[0,9,1],"missing":2,"outOfRange":0},',
      '    {"name":"port","kind":"categories","values":["C","S"],"counts":[7,4,1],"missing":0,"outOfRange":0}',
      "  ]",
      "}",
      "",
    ]);
  });
});

describe("readReference()", () => {
  it("reads what was written, by the same name", () => {
    expect(readReference(referenceText(reference), watched)).toEqual({ kind: "ok", reference });
  });

  it("names references by what they hold", () => {
    expect(reference.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(createReference(13, [age, port]).fingerprint).not.toBe(reference.fingerprint);
  });

  it("refuses what is not JSON", () => {
    expect(readReference("{", watched)).toMatchObject({
      kind: "invalid",
      problems: [expect.stringMatching(/^not JSON: /)],
    });
  });

  const again = "; the model or its manifest has changed, so build the reference again";
  const cases: [string, object, string[]][] = [
    ["another format", { format: 2 }, ["format: expected 1, the only one that this server knows"]],
    ["rows that are no count", { rows: -1 }, ["rows: expected a number of rows"]],
    ["no columns", { columns: {} }, ["columns: expected a list"]],
    [
      "too few",
      { columns: [age] },
      [`columns[1]: expected port (categories), got no more${again}`],
    ],
    [
      "too many",
      { columns: [age, port, age] },
      [`columns[2]: expected no more, got age (numbers)${again}`],
    ],
    [
      "others",
      { columns: [port, age] },
      [`columns[0]: expected age (numbers), got port (categories)${again}`],
    ],
    [
      "no column at all",
      { columns: [1, port] },
      [`columns[0]: expected age (numbers), got 1${again}`],
    ],
    [
      "several mistakes",
      {
        columns: [
          { ...age, edges: [2, 1] },
          { ...port, values: ["C", "C"] },
        ],
      },
      [
        "columns[0].edges: expected ascending numbers",
        "columns[1].values: expected different numbers or texts",
      ],
    ],
    [
      "counts that do not fit",
      {
        columns: [
          { ...age, counts: [1] },
          { ...port, counts: [1] },
        ],
      },
      [
        "columns[0].counts: expected 3, one more than edges, got 1",
        "columns[1].counts: expected 3, one more than values, got 1",
      ],
    ],
    [
      "counts that are none",
      {
        columns: [
          { ...age, counts: [0.5] },
          { ...port, missing: "1" },
        ],
      },
      ["columns[0].counts: expected a list of counts", "columns[1].missing: expected a count"],
    ],
    [
      "what is out of range, but no count",
      { columns: [{ ...age, outOfRange: -1 }, port] },
      ["columns[0].outOfRange: expected a count"],
    ],
  ];
  it.each(cases)("refuses %s", (_, change, problems) => {
    expect(problemsOf(change)).toEqual(problems);
  });

  it("refuses a list", () => {
    expect(readReference("[]", watched)).toEqual({
      kind: "invalid",
      problems: ["expected an object"],
    });
  });
});
