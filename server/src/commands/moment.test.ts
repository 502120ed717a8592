import { describe, expect, it } from "vitest";
import { readMoment } from "./moment.ts";

const now = Date.UTC(2026, 10, 21, 12);

describe("readMoment()", () => {
  it.each([
    ["2026-11-01", Date.UTC(2026, 10, 1)],
    ["2026-11-01T06:30:00Z", Date.UTC(2026, 10, 1, 6, 30)],
    ["2026-11-01T06:30:00+02:00", Date.UTC(2026, 10, 1, 4, 30)],
    ["90s", now - 90_000],
    ["30m", now - 1_800_000],
    ["12h", Date.UTC(2026, 10, 21)],
    ["7d", Date.UTC(2026, 10, 14, 12)],
  ])("reads %s", (text, moment) => {
    expect(readMoment(text, now)).toBe(moment);
  });

  it.each([
    "",
    "7",
    "d",
    "-1d",
    "1.5h",
    "yesterday",
    "2026-13-01",
    "2026-11-01T25:00:00Z",
    "11/21/2026",
  ])("does not read %j", (text) => {
    expect(readMoment(text, now)).toBeUndefined();
  });
});
