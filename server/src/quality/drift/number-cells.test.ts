import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellOf, chooseEdges, mostCells } from "./number-cells.ts";

const edgesOf = (...values: number[]): number[] => [
  ...chooseEdges(Float64Array.from(values).toSorted()),
];

/** How many of the numbers fall into each cell. */
function countCells(values: readonly number[]): number[] {
  const edges = chooseEdges(Float64Array.from(values).toSorted());
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (const value of values) {
    const cell = cellOf(edges, value);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  return counts;
}

/** The number that comes after the most negative one. */
const aboveLeast = -Number.MAX_VALUE + 2 ** 971;

describe("chooseEdges()", () => {
  const cases: [string, number[], number[]][] = [
    ["nothing", [], []],
    ["zeros and ones", [0, 1, 1, 0, 1], [-0.5, 0.5, 1.5]],
    ["grades", [1, 2, 2, 3, 5], [0.5, 1.5, 2.5, 4, 5.5]],
    ["one number", [8, 8, 8], [8 - 8e-6, 8 + 8e-6]],
    ["zero alone", [0, 0], [-Number.MIN_VALUE, 0]],
    ["zero of both signs", [0, -0], [-Number.MIN_VALUE, 0]],
    [
      "the most negative number and its neighbour",
      [-Number.MAX_VALUE, aboveLeast, 0],
      [-Number.MAX_VALUE, aboveLeast / 2, 2 ** 970],
    ],
  ];
  it.each(cases)("gives each of few different numbers a cell: %s", (_, values, edges) => {
    expect(edgesOf(...values)).toEqual(edges);
  });

  it("shares numbers that are all different out evenly", () => {
    const counts = countCells(Array.from({ length: 640 }, (_, index) => index / 7));
    expect(counts).toEqual([0, ...Array.from({ length: 32 }, () => 20), 0]);
  });

  it("gives a number that is a sixteenth of all a cell of its own, among numbers that are not", () => {
    const others = Array.from({ length: 1000 }, (_, index) => index - 499.5);
    const zeros = Array.from({ length: 200 }, () => 0);
    const edges = chooseEdges(Float64Array.from([...others, ...zeros]).toSorted());
    const zero = cellOf(edges, 0);
    expect([edges[zero - 1], edges[zero]]).toEqual([-0.25, 0.25]);
  });

  it("keeps neighbours apart between which there is no other number", () => {
    const next = 1 + Number.EPSILON;
    const edges = chooseEdges(Float64Array.of(1, 1, next));
    expect([1, next].map((value) => cellOf(edges, value))).toEqual([1, 2]);
  });

  const any = fc.array(
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(-Number.MAX_VALUE, Number.MAX_VALUE, Number.MIN_VALUE),
    ),
    { minLength: 1, maxLength: 300 },
  );

  it("makes at most 32 cells and two outer ones, by ascending edges, of any numbers", () => {
    fc.assert(
      fc.property(any, (values) => {
        const edges = chooseEdges(Float64Array.from(values).toSorted());
        expect(edges.length).toBeLessThanOrEqual(mostCells + 1);
        expect(edges.every((edge, index) => index === 0 || edge > (edges[index - 1] ?? 0))).toBe(
          true,
        );
        expect(edges.every(Number.isFinite)).toBe(true);
      }),
    );
  });

  it("leaves the outer cells empty, and no other, where a number has room below it", () => {
    fc.assert(
      fc.property(any, (values) => {
        const inside = values.filter((value) => value !== -Number.MAX_VALUE);
        fc.pre(inside.length > 0);
        const counts = countCells(inside);
        expect([counts[0], counts.at(-1)]).toEqual([0, 0]);
        expect(counts.slice(1, -1).every((count) => count > 0)).toBe(true);
      }),
    );
  });
});

describe("cellOf()", () => {
  const edges = Float64Array.of(1, 2, 4);
  const cases: [number, number][] = [
    [Number.NEGATIVE_INFINITY, 0],
    [0.5, 0],
    [1, 0],
    [1.5, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [4.5, 3],
    [Number.POSITIVE_INFINITY, 3],
  ];
  it.each(cases)("puts %d into cell %d", (value, cell) => {
    expect(cellOf(edges, value)).toBe(cell);
  });

  it("knows one cell without edges", () => {
    expect(cellOf(new Float64Array(), 7)).toBe(0);
  });

  it("counts the edges below a number, of any ascending edges", () => {
    const ascending = fc
      .uniqueArray(fc.integer({ min: -50, max: 50 }), { maxLength: 33 })
      .map((list) => Float64Array.from(list).toSorted());
    fc.assert(
      fc.property(ascending, fc.integer({ min: -60, max: 60 }), (given, value) => {
        expect(cellOf(given, value)).toBe(given.filter((edge) => edge < value).length);
      }),
    );
  });
});
