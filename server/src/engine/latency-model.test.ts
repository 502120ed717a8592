import { describe, expect, it } from "vitest";
import { createLatencyModel } from "./latency-model.ts";

describe("createLatencyModel()", () => {
  it("estimates nothing before the first run", () => {
    expect(createLatencyModel().estimate(8)).toBe(0);
  });

  it("keeps a running mean for each power of two of rows", () => {
    const model = createLatencyModel();
    model.record(4, 10);
    model.record(3, 20);
    model.record(5, 100);
    expect([3, 4, 5, 8].map((rows) => model.estimate(rows))).toEqual([12, 12, 100, 100]);
  });

  it("estimates unseen sizes in proportion to the nearest smaller, or as the smallest", () => {
    const model = createLatencyModel();
    model.record(2, 3);
    model.record(16, 9);
    expect([1, 2, 4, 8, 16, 64].map((rows) => model.estimate(rows))).toEqual([3, 3, 6, 12, 9, 36]);
  });
});
