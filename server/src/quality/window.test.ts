import { describe, expect, it } from "vitest";
import {
  askQuality,
  now,
  outline,
  predicted,
  storeOf,
} from "../../../test/support/quality-reports.ts";
import { scoredReport } from "../../../test/support/scored-reports.ts";
import type { FeedbackStore } from "../feedback/store.ts";

describe("countWindow()", () => {
  describe("of the last rows", () => {
    const rows = Array.from({ length: 3000 }, (_, index) =>
      scoredReport(index, {
        slice: { version: index === 0 ? "2" : "1" },
        reportedAt: index,
        truth: index < 2990 ? 1 : 0,
      }),
    );

    it("counts the rows of each group that were reported last", async () => {
      const store = await storeOf(...rows);
      const groups = await askQuality(store, { window: { kind: "lastRows", rows: 20 } });
      expect(groups.map(outline)).toEqual([
        ["1", "", "", "binary", 20],
        ["2", "", "", "binary", 1],
      ]);
      expect(groups[0]?.quality.answers).toMatchObject({
        confusion: { truePositives: 10, falsePositives: 10 },
      });
      expect(groups[0]).toMatchObject({ predictions: undefined, coverage: undefined });
    });

    it("reads no further than it needs", async () => {
      // Version 2 has one row only, reported last: it does not keep the others waiting.
      const store = await storeOf(...rows.slice(1), ...rows.slice(0, 1));
      let pages = 0;
      const counting: FeedbackStore = {
        ...store,
        readRows(query) {
          pages += 1;
          return store.readRows(query);
        },
      };
      await askQuality(counting, { window: { kind: "lastRows", rows: 1500 } });
      expect(pages).toBe(2);
    });

    it("takes a corrected row as reported when it was corrected", async () => {
      const store = await storeOf(scoredReport(1), scoredReport(2), scoredReport(3));
      await store.commit([scoredReport(1, { truth: 0 })]);
      const [group] = await askQuality(store, { window: { kind: "lastRows", rows: 1 } });
      expect(group?.quality).toMatchObject({
        rows: 1,
        corrections: 1,
        answers: { confusion: { falsePositives: 1, truePositives: 0 } },
      });
    });
  });

  describe("of the last time", () => {
    it("counts the rows reported in it, to the millisecond", async () => {
      const store = await storeOf(
        scoredReport(1, { reportedAt: now - 501 }),
        scoredReport(2, { reportedAt: now - 500 }),
        scoredReport(3, { reportedAt: now }),
      );
      const [group] = await askQuality(store, { window: { kind: "lastMs", ms: 500 } });
      expect(group?.quality.samples).toBe(2);
    });

    it("compares the rows predicted in it with those of them whose truth is known", async () => {
      const since = now - 300_500;
      const store = await storeOf(
        scoredReport(1, { predictedAt: 0, reportedAt: now }),
        scoredReport(2, { predictedAt: since, reportedAt: now }),
        scoredReport(3, { predictedAt: since, reportedAt: now, truth: undefined, reward: 1 }),
      );
      await store.addPredictions([predicted({}, 100, 300_000), predicted({}, 4, 900_000)]);
      const [group] = await askQuality(store, { window: { kind: "lastMs", ms: 300_500 } });
      expect(group).toMatchObject({ predictions: 4, coverage: 0.25, quality: { samples: 2 } });
    });
  });

  it("counts a group in a window whose feedback came after the tracker caught up", async () => {
    const store = await storeOf(scoredReport(1));
    const late: FeedbackStore = {
      ...store,
      async readPredictions(model, since) {
        await store.commit([scoredReport(2, { slice: { version: "2" }, reportedAt: now })]);
        return store.readPredictions(model, since);
      },
    };
    const groups = await askQuality(late, { window: { kind: "lastMs", ms: now } });
    expect(groups.map(outline)).toEqual([
      ["1", "", "", "binary", 1],
      ["2", "", "", "binary", 1],
    ]);
  });
});
