import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLabelDelay, type LabelDelay } from "./label-delay.ts";

function delayOf(delays: readonly number[]): LabelDelay {
  const labelDelay = createLabelDelay();
  for (const delay of delays) labelDelay.add(delay);
  return labelDelay.snapshot();
}

/** The delay that a share of rows do not pass. */
function quantile(delays: readonly number[], share: number): number {
  return delays.toSorted((a, b) => a - b)[Math.ceil(share * delays.length) - 1] ?? 0;
}

describe("createLabelDelay()", () => {
  const cases: [string, number[]][] = [
    ["nothing", []],
    ["truth at once", [0, 0.5, 0]],
    ["clocks that differ", [-5000]],
  ];
  it.each(cases)("is none for %s", (_, delays) => {
    expect(delayOf(delays)).toMatchObject({ medianMs: 0, p95Ms: 0 });
  });

  it("has the exact mean, with a delay below 0 as none", () => {
    expect(delayOf([1, 2, 6, -100]).meanMs).toBe(2.25);
  });

  it("has the median and the 95th percentile within 5 %", () => {
    const delay = fc.oneof(fc.integer({ min: 1, max: 1e11 }), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(fc.array(delay, { minLength: 1, maxLength: 50 }), (delays) => {
        const { medianMs, p95Ms } = delayOf(delays);
        expect(Math.abs(medianMs / quantile(delays, 0.5) - 1)).toBeLessThan(0.05);
        expect(Math.abs(p95Ms / quantile(delays, 0.95) - 1)).toBeLessThan(0.05);
      }),
    );
  });

  it("takes back and merges", () => {
    const one = createLabelDelay();
    const other = createLabelDelay();
    for (const delay of [10, 20, 1e9]) one.add(delay);
    other.add(30);
    other.takeBack(1e9);
    one.merge(other.save());
    expect(one.snapshot()).toEqual(delayOf([10, 20, 30]));
  });
});
