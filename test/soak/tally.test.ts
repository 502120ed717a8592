import { describe, expect, it } from "vitest";
import { createTally } from "./tally.ts";

describe("createTally()", () => {
  it("counts nothing at first", () => {
    expect(createTally().read()).toEqual({
      calls: 0,
      errors: 0,
      p50: Number.NaN,
      p99: Number.NaN,
      troubles: [],
    });
  });

  it("counts requests, and the time of those that are timed", () => {
    const tally = createTally();
    for (let milliseconds = 1; milliseconds <= 100; milliseconds += 1)
      tally.succeeded(1, milliseconds);
    tally.succeeded(3);
    const { calls, errors, p50, p99 } = tally.read();
    expect([calls, errors]).toEqual([103, 0]);
    expect(p50).toBeCloseTo(50, 0);
    expect(p99).toBeCloseTo(99, 0);
  });

  it("tells kinds of errors by how often they come", () => {
    const tally = createTally();
    for (const what of ["a", "b", "b"]) tally.failed(what);
    expect(tally.read()).toMatchObject({
      calls: 3,
      errors: 3,
      troubles: [
        { what: "b", count: 2 },
        { what: "a", count: 1 },
      ],
    });
  });

  it("does not grow without end where every error is another", () => {
    const tally = createTally();
    for (let error = 0; error < 1000; error += 1) tally.failed(`error ${error}`);
    const { errors, troubles } = tally.read();
    expect(errors).toBe(1000);
    expect(troubles).toHaveLength(51);
    expect(troubles[0]).toEqual({ what: "others of many kinds", count: 950 });
  });
});
