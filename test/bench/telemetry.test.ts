import { describe, expect, it } from "vitest";
import { cpuRatio, judgeTelemetry, type TelemetryRound } from "./telemetry.ts";
import { layOutTelemetry } from "./telemetry-table.ts";

const side = (rate: number, cpuMicros: number, spansPerCall = 0) => ({
  rate,
  cpuMicros,
  spansPerCall,
});
/** Rounds on a machine that is twice as fast in the second as in the first. */
const rounds: readonly TelemetryRound[] = [
  {
    off: side(100, 40),
    metrics: side(90, 44),
    sampled: side(80, 46, 0.05),
    traced: side(50, 80, 4),
  },
  {
    off: side(200, 20),
    metrics: side(190, 21),
    sampled: side(180, 22, 0.04),
    traced: side(110, 36, 3),
  },
  {
    off: side(100, 40),
    metrics: side(99, 41),
    sampled: side(95, 48, 0.06),
    traced: side(55, 76, 4),
  },
];

describe("cpuRatio()", () => {
  it.each([
    { of: "off", ratio: 1 },
    { of: "metrics", ratio: 1.05 },
    { of: "sampled", ratio: 1.15 },
    { of: "traced", ratio: 1.9 },
  ] as const)("takes the median of each round's own ratio: $ratio for $of", ({ of, ratio }) => {
    expect(cpuRatio(rounds, of)).toBeCloseTo(ratio, 9);
  });
});

describe("judgeTelemetry()", () => {
  it("allows 15 % of CPU time with one of a hundred calls traced", () => {
    expect(judgeTelemetry(rounds)).toMatchObject([{ limit: 1.15, met: true }]);
    expect(judgeTelemetry(rounds.slice(2))).toMatchObject([{ figure: 1.2, met: false }]);
  });

  it("takes what was not measured for not met", () => {
    expect(judgeTelemetry([])).toMatchObject([{ figure: Number.NaN, met: false }]);
  });
});

describe("layOutTelemetry()", () => {
  it("shows the medians of each side, and its ratios to telemetry off", () => {
    const [, off, , , traced] = layOutTelemetry(rounds).split("\n");
    expect(off).toMatch(/^telemetry off +100 +40\.0 +1\.00 +1\.00 +0\.00$/);
    expect(traced).toMatch(/^metrics, logs, all traces +55 +76\.0 +0\.55 +1\.90 +4\.00$/);
  });
});
