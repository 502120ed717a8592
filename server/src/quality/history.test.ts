import { describe, expect, it } from "vitest";
import { askQuality, now, storeOf } from "../../../test/support/quality-reports.ts";
import { scoredReport } from "../../../test/support/scored-reports.ts";

describe("countHistory()", () => {
  const history = { stepMs: 1000, steps: 3 };

  it("tells each step of time by the rows reported in it, the last still under way", async () => {
    const store = await storeOf(
      scoredReport(1, { reportedAt: 997_999 }),
      scoredReport(2, { reportedAt: 998_000 }),
      scoredReport(3, { reportedAt: 998_999, truth: 0 }),
      scoredReport(4, { reportedAt: 1_000_000 }),
      scoredReport(5, { reportedAt: now + 5000 }),
    );
    const [group] = await askQuality(store, { history });
    expect(group?.quality.samples).toBe(5);
    expect(group?.history.map(({ start, quality }) => [start, quality.samples])).toEqual([
      [998_000, 2],
      [999_000, 0],
      [1_000_000, 2],
    ]);
    expect(group?.history[0]?.quality.answers).toMatchObject({ confusion: { accuracy: 0.5 } });
    expect(group?.history[1]?.quality.answers).toMatchObject({ confusion: { accuracy: 0 } });
  });

  it("is the same whatever the window, and has all steps of versions without feedback", async () => {
    const store = await storeOf(
      scoredReport(1, { reportedAt: now }),
      scoredReport(2, { reportedAt: now }),
    );
    const known = [{ model: "m", version: "2", scoring: "binary" }];
    const window = { kind: "lastRows", rows: 1 } as const;
    const groups = await askQuality(store, { history, window, known });
    expect(
      groups.map((group) => [
        group.quality.samples,
        ...group.history.map((step) => step.quality.samples),
      ]),
    ).toEqual([
      [1, 0, 0, 2],
      [0, 0, 0, 0],
    ]);
  });
});
