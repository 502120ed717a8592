import { describe, expect, it } from "vitest";
import { describeMinute, describeSoak, type SoakFigures } from "./report.ts";

const counts = {
  calls: 6000,
  errors: 2,
  p50: 1.234,
  p99: 56.789,
  troubles: [{ what: "rows: a instead of b", count: 2 }],
};
const minute = { minute: 1, ...counts, rssMb: 150.25, lastingMb: 140.5, heapMb: 30 };
const figures: SoakFigures = {
  date: "2026-11-21T00:00:00.000Z",
  rate: 100,
  processes: 1,
  seconds: 60,
  minutes: [minute],
  all: counts,
  memory: {
    slope: { perHour: 1.5, low: -0.5, high: 3.25 },
    watchedMinutes: 15,
    firstMb: 150,
    lastMb: 151,
    verdict: "noise",
  },
  passed: false,
};

describe("describeMinute()", () => {
  it("tells a minute in a line, and each kind of error in another", () => {
    expect(describeMinute(minute)).toBe(
      "minute 1: 6000 calls, 2 unexpected errors, p50 1.23 ms, p99 56.79 ms, memory 150.3 MB, 140.5 MB without garbage, heap 30.0 MB\n" +
        "  2 x rows: a instead of b",
    );
  });

  it("leaves out what is not known", () => {
    const unknown = { errors: 0, troubles: [], lastingMb: undefined, heapMb: undefined };
    expect(describeMinute({ ...minute, ...unknown })).toMatch(/memory 150\.3 MB$/);
  });
});

describe("describeSoak()", () => {
  it("tells latency by minute, the errors, and how memory grows", () => {
    const lines = describeSoak(figures).split("\n");
    expect(lines[1]).toMatch(/^ *1 +6000 +2 +1\.23 +56\.79 +150\.3 +140\.5 +30\.0$/);
    expect(lines.slice(3)).toEqual([
      "6000 calls in 1.0 minutes: p50 1.23 ms, p99 56.79 ms",
      "unexpected errors: 2",
      "  2 x rows: a instead of b",
      "memory without garbage: 150.0 MB to 151.0 MB in 15.0 minutes after the warm-up, +1.5 MB an hour (95 %: -0.5 to +3.3): no growth beyond noise",
      "failed",
    ]);
  });
});
