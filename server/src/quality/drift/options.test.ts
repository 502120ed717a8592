import { describe, expect, it } from "vitest";
import { checkDriftOptions, defaultDriftOptions, hourMs, windowStart } from "./options.ts";

describe("checkDriftOptions()", () => {
  it("finds nothing wrong with the defaults", () => {
    expect(checkDriftOptions(defaultDriftOptions)).toEqual([]);
  });

  it("tells all mistakes at once, by the manifest's names", () => {
    const options = { psi: -1, significance: 0, minRows: 0, windowMs: 60_000, referenceRows: 0 };
    expect(checkDriftOptions(options)).toEqual([
      "drift.psi: expected at least 0, got -1",
      "drift.significance: expected more than 0 and at most 1, got 0",
      "drift.minRows: expected at least 1, got 0",
      "drift.window: expected 1h to 8784h, got 0.016666666666666666h",
      "drift.referenceRows: expected 1 to 100000, got 0",
    ]);
  });

  it.each([
    { psi: Number.NaN },
    { psi: Number.POSITIVE_INFINITY },
    { significance: 1.1 },
    { significance: Number.NaN },
    { windowMs: 8785 * hourMs },
    { referenceRows: 100_001 },
  ])("refuses %j", (option) => {
    expect(checkDriftOptions({ ...defaultDriftOptions, ...option })).toHaveLength(1);
  });
});

describe("windowStart()", () => {
  const cases: [hours: number, now: number, start: number][] = [
    [24, 100, 77],
    [24, 100.5, 77],
    [24, 100.999, 77],
    [1, 100.5, 100],
    [1.5, 100.5, 99],
  ];
  it.each(cases)("of %d hours at hour %d is hour %d", (hours, now, start) => {
    const options = { ...defaultDriftOptions, windowMs: hours * hourMs };
    expect(windowStart(options, now * hourMs)).toBe(start * hourMs);
  });
});
