import { describe, expect, it } from "vitest";
import { createMoments, type Moments } from "./moments.ts";

function momentsOf(values: readonly number[]): Moments {
  const moments = createMoments();
  for (const value of values) moments.add(value, 1);
  return moments;
}

describe("createMoments()", () => {
  const cases: [string, readonly number[], number, number][] = [
    ["nothing", [], 0, 0],
    ["one number", [0.1], 0.1, 0],
    ["equal numbers", [0.1, 0.1, 0.1], 0.30000000000000004, 0],
    ["a few", [1, 2, 3, 4], 10, 5],
    ["numbers far from 0", [1e9 + 1, 1e9 + 2, 1e9 + 3], 3e9 + 6, 2],
    ["numbers whose squares are too large", [1e200, 1], 1e200, Infinity],
  ];
  it.each(cases)("of %s", (_, values, sum, spread) => {
    const moments = momentsOf(values);
    expect([moments.count(), moments.sum(), moments.spread()]).toEqual([
      values.length,
      sum,
      spread,
    ]);
  });

  it("keeps no trace of what was taken back", () => {
    const moments = momentsOf([1e150, 1, 2, 3]);
    moments.add(1e150, -1);
    expect([moments.count(), moments.sum(), moments.spread()]).toEqual([3, 6, 2]);
  });

  it("merges what was saved", () => {
    const moments = momentsOf([1, 2]);
    moments.merge(momentsOf([3, 4]).save());
    expect(moments.save()).toEqual(momentsOf([4, 3, 2, 1]).save());
  });
});
