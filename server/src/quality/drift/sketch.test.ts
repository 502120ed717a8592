import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../../test/support/signatures.ts";
import type { Feeds } from "../../core/feeds.ts";
import { createColumnCounter } from "./column-counter.ts";
import { createRowPicks, takeRows } from "./column-sink.ts";
import { createReference } from "./reference.ts";
import { createSketch, mergeSketch, readSketch, type Sketch, sketchText } from "./sketch.ts";
import { watchColumns } from "./watched-column.ts";

type Row = readonly [age: number, port: string];

const columns = watchColumns(
  signatureOf({
    inputs: [spec("age", "FP64", "N", 1), spec("port", "STRING", "N", 1)],
    manifest: JSON.stringify({
      features: [
        { name: "age", range: { min: 0, max: 9 }, missing: "fill", fill: -1 },
        { name: "port", categories: { values: ["C", "S"] }, missing: "fill" },
      ],
    }),
  }),
);
const reference = createReference(10, [
  {
    name: "age",
    kind: "numbers",
    edges: [0, 5, 10],
    counts: [0, 5, 5, 0],
    missing: 0,
    outOfRange: 0,
  },
  { name: "port", kind: "categories", values: ["S"], counts: [9, 1], missing: 0, outOfRange: 0 },
]);

function feedsOf(rows: readonly Row[]): Feeds {
  const shape = [rows.length, 1];
  const ages = Float64Array.from(rows.map(([age]) => age));
  const ports = rows.map(([, port]) => port);
  return {
    rowCount: rows.length,
    tensors: [
      { name: "age", dataType: "FP64", shape, data: ages },
      { name: "port", dataType: "STRING", shape, data: ports },
    ],
  };
}

/** Counts every row, by calls of at most as many rows as can be picked at once. */
function sketchOf(rows: readonly Row[]): Sketch {
  const sketch = createSketch(reference);
  const counters = columns.flatMap((column, index) => {
    const [cells, counts] = [reference.columns[index], sketch.counts[index]];
    return cells && counts ? [createColumnCounter(column, cells, counts)] : [];
  });
  const picks = createRowPicks();
  for (let row = 0; row < rows.length; row += 1) picks.rows[row] = row;
  picks.count = rows.length;
  sketch.rows = rows.length;
  takeRows(counters, feedsOf(rows), [], picks);
  return sketch;
}

const plain = ({ counts }: Sketch): number[][] => counts.map((each) => [...each]);

describe("createColumnCounter()", () => {
  it("counts cells, missing values, and values out of range", () => {
    const rows: Row[] = [
      [-2, "S"],
      [3, "C"],
      [5, "x"],
      [9.5, ""],
      [11, "S"],
      [-1, "S"],
      [Number.NaN, "S"],
    ];
    expect(plain(sketchOf(rows))).toEqual([
      [1, 2, 1, 1, 2, 3],
      [4, 2, 1, 1],
    ]);
  });
});

const anyRow: fc.Arbitrary<Row> = fc.tuple(
  fc.oneof(fc.integer({ min: -2, max: 12 }), fc.constant(Number.NaN)),
  fc.constantFrom("S", "C", "x", ""),
);

describe("mergeSketch()", () => {
  it("gives in any order what one sketch of all rows gives", () => {
    const parts = fc.array(fc.array(anyRow, { minLength: 1, maxLength: 20 }), { maxLength: 8 });
    const shuffled = parts.chain((lists) =>
      fc.tuple(fc.constant(lists), fc.shuffledSubarray(lists, { minLength: lists.length })),
    );
    fc.assert(
      fc.property(shuffled, ([lists, reordered]) => {
        const merged = createSketch(reference);
        for (const list of reordered) mergeSketch(merged, sketchOf(list));
        expect(merged).toEqual(sketchOf(lists.flat()));
      }),
    );
  });

  it("adds what was not seen", () => {
    const into = { ...createSketch(reference), unseen: 3 };
    mergeSketch(into, { ...createSketch(reference), unseen: 4 });
    expect(into.unseen).toBe(7);
  });
});

describe("readSketch()", () => {
  it("reads what was written", () => {
    const sketch = { ...sketchOf([[3, "C"]]), unseen: 17 };
    const text = sketchText(sketch, reference);
    expect(text).toBe(
      `{"reference":"${reference.fingerprint}","rows":1,"unseen":17,"counts":[[0,1,0,0,0,0],[0,1,0,0]]}`,
    );
    expect(readSketch(text, reference)).toEqual(sketch);
  });

  const sound = JSON.parse(sketchText(createSketch(reference), reference)) as object;
  it.each([
    ["another reference", { reference: "0123456789abcdef" }],
    ["rows that are no count", { rows: -1 }],
    ["no rows that were not seen", { unseen: null }],
    ["counts of too few columns", { counts: [[0, 0, 0, 0, 0, 0]] }],
    ["counts of too few cells", { counts: [[0], [0, 0, 0, 0]] }],
    ["no counts", { counts: {} }],
  ])("gives nothing for a text of %s", (_, change) => {
    expect(readSketch(JSON.stringify({ ...sound, ...change }), reference)).toBeUndefined();
  });

  it("gives nothing for a text that is no object", () => {
    expect(readSketch("null", reference)).toBeUndefined();
  });
});
