import { describe, expect, it } from "vitest";
import { judgeLarge, type LargeRow } from "./large.ts";

const row = (server: LargeRow["server"], times: readonly number[], peakMb = 200): LargeRow => ({
  server,
  rounds: times.map((ms) => ({ ms, cpuMs: 1 })),
  idleMb: 100,
  peakMb,
  payloadMb: 40,
});

describe("judgeLarge()", () => {
  it("compares each round with the same round, and takes the median", () => {
    const rows = [row("presage", [150, 300, 100]), row("copy", [100, 100, 100])];
    expect(judgeLarge(rows)[0]).toMatchObject({ figure: 1.5, met: true });
  });

  it.each([
    { peakMb: 220, figure: 3, met: true },
    { peakMb: 240, figure: 3.5, met: false },
  ])("counts memory above idle in payloads: $figure", ({ peakMb, figure, met }) => {
    const rows = [row("copy", [], 1000), row("presage", [], peakMb)];
    expect(judgeLarge(rows)[1]).toMatchObject({ figure, met });
  });

  it("takes what was not measured for not met", () => {
    const targets = judgeLarge([row("presage", [1])]).slice(0, 1);
    expect([...targets, ...judgeLarge([])].map(({ met }) => met)).toEqual([false, false, false]);
  });
});
