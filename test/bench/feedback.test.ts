import { describe, expect, it } from "vitest";
import { type FeedbackFigures, judgeFeedback } from "./feedback.ts";
import type { StoreRow } from "./stores.ts";

const report = (rate: number) =>
  ({ rate, cpuMicros: 100, serverShare: 1, loadShare: 0.5, p50: 1, p99: 2 }) as const;
const row = (
  store: StoreRow["store"],
  rates: readonly (readonly [number, number])[],
): StoreRow => ({
  store,
  durable: true,
  rounds: rates.map(([many, single]) => ({ many: report(many), single: report(single) })),
});
const figures: FeedbackFigures = { diskMs: 1, stores: [], ids: [], driftMicros: 0.5 };

describe("judgeFeedback()", () => {
  it("compares many calls with one at a time within each round, and takes the median", () => {
    const rates = [
      [1000, 100],
      [1800, 200],
      [9000, 300],
    ] as const;
    const stores = [row("postgres", [[990, 100]]), row("sqlite", rates)];
    expect(judgeFeedback({ ...figures, stores }).slice(0, 2)).toMatchObject([
      { figure: 10, bound: "least", met: true },
      { figure: 9.9, bound: "least", met: false },
    ]);
  });

  it.each([
    { on: { rate: 95, cpuMicros: 100 }, rate: 0.95, cpu: 0.95, met: [true, true] },
    { on: { rate: 90, cpuMicros: 95 }, rate: 0.9, cpu: 1, met: [false, true] },
    { on: { rate: 100, cpuMicros: 190 }, rate: 1, cpu: 0.5, met: [true, false] },
  ])("compares predictions with and without feedback: $rate and $cpu", (each) => {
    const off = { rate: 100, cpuMicros: 95 };
    const [rate, cpu] = judgeFeedback({ ...figures, ids: [{ on: each.on, off }] }).slice(2);
    expect(rate).toMatchObject({ figure: each.rate, met: each.met[0] });
    expect(cpu).toMatchObject({ figure: each.cpu, met: each.met[1] });
  });

  it("takes what was not measured for not met", () => {
    const targets = judgeFeedback(figures);
    expect(targets.map(({ met }) => met)).toEqual([false, false, false, false, false]);
  });
});
