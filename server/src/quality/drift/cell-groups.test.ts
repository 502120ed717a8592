import { describe, expect, it } from "vitest";
import { groupIntoTenths, joinRareCells } from "./cell-groups.ts";

describe("groupIntoTenths()", () => {
  it("joins cells by the tenth that their middle is in, and leaves the outer ones alone", () => {
    const inner = Array.from({ length: 20 }, () => 5);
    const live = Array.from({ length: 20 }, (_, cell) => cell);
    expect(groupIntoTenths({ reference: [0, ...inner, 0], live: [7, ...live, 8] })).toEqual({
      reference: [0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 0],
      live: [7, 1, 5, 9, 13, 17, 21, 25, 29, 33, 37, 8],
    });
  });

  it("leaves zeros and ones apart, however rare ones are", () => {
    const counts = { reference: [0, 98, 2, 0], live: [0, 50, 50, 0] };
    expect(groupIntoTenths(counts)).toEqual(counts);
  });

  it("leaves a cell alone that everything is in", () => {
    expect(groupIntoTenths({ reference: [9], live: [4] })).toEqual({ reference: [9], live: [4] });
  });
});

describe("joinRareCells()", () => {
  const cases: [string, number[], number[], number[], number[]][] = [
    ["leaves cells that are not rare", [50, 50], [5, 5], [50, 50], [5, 5]],
    ["joins those expected fewer than five times", [80, 12, 8], [8, 1, 1], [80, 20], [8, 2]],
    ["keeps a rare cell that is alone", [100, 0], [8, 2], [100, 0], [8, 2]],
    ["drops cells that are empty", [100, 0, 0], [10, 0, 0], [100], [10]],
  ];
  it.each(cases)("%s", (_, reference, live, joined, joinedLive) => {
    expect(joinRareCells({ reference, live })).toEqual({ reference: joined, live: joinedLive });
  });
});
