import { describe, expect, it } from "vitest";
import type { RoundFigures } from "./rounds.ts";
import { judge } from "./targets.ts";

const latency = { p50: 1, p99: 2 };
const round = (cpuMicros: number, p50 = 1): RoundFigures => ({
  rate: 1000,
  cpuMicros,
  serverShare: 1,
  loadShare: 0.5,
  oneAtATime: { ...latency, p50 },
  halfLoad: latency,
  memoryMb: 100,
});
const row = (name: string, rounds: readonly RoundFigures[]) =>
  ({ name, protocol: "grpc", rounds }) as const;

describe("judge()", () => {
  it("compares each round with the same round, and takes the median", () => {
    const rows = [
      row("presage", [round(10), round(10), round(90)]),
      row("grpc-js", [round(20), round(50), round(100)]),
    ];
    const targets = judge({ rows, compute: [], starts: [] });
    const target = targets.find(({ measure }) => measure.endsWith("presage / grpc-js"));
    expect(target).toMatchObject({ figure: 0.5, limit: 0.55, met: true });
  });

  it.each([
    { echo: 1, met: false, figure: 1.4 },
    { echo: 1.4, met: true, figure: 1 },
  ])("calls $figure times the echo's latency met: $met", ({ echo, met, figure }) => {
    const rows = [row("presage", [round(1, 1.4)]), row("http2-echo", [round(1, echo)])];
    const targets = judge({ rows, compute: [], starts: [] });
    const target = targets.find(({ measure }) => measure.startsWith("p50 of one call"));
    expect(target).toMatchObject({ figure, met });
  });

  it.each([
    { rate: 90, wideRate: 89, met: [true, false] },
    { rate: 89, wideRate: 90, met: [false, true] },
  ])(
    "wants nine tenths of what ONNX Runtime does alone: $rate and $wideRate of 100",
    ({ met, ...rates }) => {
      const raw = { rawRate: 100, rawCpuMicros: 1, rawRows: 8 };
      const compute = [{ ...rates, ...raw, cpuMicros: 1, wideCpuMicros: 1 }];
      const targets = judge({ rows: [], compute, starts: [] });
      const least = targets.filter(({ bound }) => bound === "least");
      expect(least.map((each) => each.met)).toEqual(met);
    },
  );

  it("takes what was not measured for not met", () => {
    const targets = judge({ rows: [], compute: [], starts: [] });
    expect(targets.every(({ figure, met }) => Number.isNaN(figure) && !met)).toBe(true);
  });
});
