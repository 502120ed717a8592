import { describe, expect, it } from "vitest";
import { createHistogram, median } from "./latency.ts";

function histogramOf(values: readonly number[]) {
  const histogram = createHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe("createHistogram()", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => (index + 1) / 10_000);

  it.each([
    { q: 0, latency: 0.0001 },
    { q: 0.01, latency: 0.0001 },
    { q: 0.5, latency: 0.005 },
    { q: 0.501, latency: 0.0051 },
    { q: 0.99, latency: 0.0099 },
    { q: 1, latency: 0.01 },
  ])("gives the nearest rank at $q, exact where latencies are short", ({ q, latency }) => {
    expect(histogramOf(hundred).quantile(q)).toBe(latency);
  });

  it.each([0.0127, 0.0128, 0.0255, 0.0256, 0.0257, 0.1, 1.234, 17, 999, 60_000, 214_748])(
    "knows %d ms to within 1 %%",
    (milliseconds) => {
      const ratio = histogramOf([milliseconds]).quantile(0.5) / milliseconds;
      expect(Math.abs(ratio - 1)).toBeLessThan(0.01);
    },
  );

  it("counts what is out of range at its ends", () => {
    const histogram = histogramOf([-1, 1e9]);
    expect(histogram.count).toBe(2);
    expect(histogram.quantile(0.5)).toBe(0);
    expect(histogram.quantile(1)).toBeCloseTo(214_000, -4);
  });

  it("has no quantiles while it is empty", () => {
    expect(createHistogram().quantile(0.5)).toBeNaN();
  });
});

describe("median()", () => {
  it.each([
    { values: [], middle: Number.NaN },
    { values: [3], middle: 3 },
    { values: [10, 9, 100], middle: 10 },
    { values: [4, 1, 3, 2], middle: 2.5 },
  ])("is $middle of $values", ({ values, middle }) => {
    expect(median(values)).toBe(middle);
  });
});
