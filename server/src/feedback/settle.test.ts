import { describe, expect, it } from "vitest";
import type { RowReport } from "../core/feedback.ts";
import { type KnownRow, settleReports } from "./settle.ts";

const state = { sequence: 40, forgottenBefore: 1000 };
const known: KnownRow = { sequence: 7, truth: 1, reward: undefined, reportedAt: 5 };

describe("settleReports()", () => {
  it("numbers events on from the last, and none for what changes nothing", () => {
    const given = [
      report({ truth: 1 }),
      report({ row: 1, truth: 1 }),
      report({ row: 1, truth: 1 }),
    ];
    const { outcomes, events, newRows } = settleReports(given, state, () => undefined);
    expect(outcomes).toEqual(["recorded", "recorded", "unchanged"]);
    expect(events.map(({ sequence, row }) => [sequence, row])).toEqual([
      [41, 0],
      [42, 1],
    ]);
    expect(newRows).toBe(2);
  });

  it("supersedes what is kept, once, and its own events of the same batch", () => {
    const given = [report({ truth: 0 }), report({ reward: 3 }), report({ truth: 1 })];
    const { outcomes, events, superseded, newRows } = settleReports(given, state, () => known);
    expect(outcomes).toEqual(["corrected", "corrected", "corrected"]);
    expect(superseded).toEqual([7]);
    expect(newRows).toBe(0);
    expect(
      events.map(({ truth, reward, before, superseded: replaced }) => [
        truth,
        reward,
        before,
        replaced,
      ]),
    ).toEqual([
      [0, undefined, { truth: 1, reward: undefined, reportedAt: 5 }, true],
      [0, 3, { truth: 0, reward: undefined, reportedAt: 2000 }, true],
      [1, 3, { truth: 0, reward: 3, reportedAt: 2000 }, false],
    ]);
  });

  it.each([
    [999, "expired"],
    [1000, "recorded"],
  ])("takes a prediction made at %i, if those before 1000 are forgotten, as %s", (at, outcome) => {
    const { outcomes } = settleReports(
      [report({ truth: 1, predictedAt: at })],
      state,
      () => undefined,
    );
    expect(outcomes).toEqual([outcome]);
  });

  it("tells predictions apart by every byte", () => {
    const predictions = [0x00, 0x80, 0xff].map((byte) => new Uint8Array(16).fill(byte, 15));
    const given = predictions.map((prediction) => report({ prediction, truth: 1 }));
    const { outcomes } = settleReports(given, state, () => undefined);
    expect(outcomes).toEqual(["recorded", "recorded", "recorded"]);
  });
});

function report(given: Partial<RowReport>): RowReport {
  return {
    prediction: new Uint8Array(16),
    row: 0,
    slice: { model: "m", version: "1", scoring: "s", policy: "p", alias: "" },
    predictedAt: 1000,
    reportedAt: 2000,
    answer: 1,
    scores: [],
    truth: undefined,
    reward: undefined,
    ...given,
  };
}
