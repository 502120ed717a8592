import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import { qualityOf, trackerOf } from "../../../test/support/quality-reports.ts";
import {
  exampleScorings,
  scoredReport,
  scoredSlice,
} from "../../../test/support/scored-reports.ts";
import { systemClock } from "../core/clock.ts";
import type { FeedbackStore } from "../feedback/store.ts";
import { createTracker } from "./tracker.ts";

describe("createSliceBook(), by a tracker", () => {
  it("counts nothing of a page whose scoring cannot be read yet, and all of it later", async () => {
    const store = createMemoryStore();
    let isKnown = false;
    const tracker = createTracker({
      store,
      clock: systemClock,
      scorings: {
        find: (name) => exampleScorings.find(isKnown ? "binary" : `no ${name}`),
      },
    });
    await store.commit([scoredReport(1), scoredReport(2, { slice: { scoring: "late" } })]);
    await expect(tracker.catchUp()).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    expect(tracker.snapshot().sequence).toBe(0);
    isKnown = true;
    await tracker.catchUp();
    expect(tracker.snapshot().sequence).toBe(2);
  });

  it("says of which models something was counted", async () => {
    const store = createMemoryStore();
    const tracker = trackerOf(store);
    await store.commit([scoredReport(1), scoredReport(2, { slice: { model: "other" } })]);
    await tracker.catchUp();
    const before = tracker.revision("m");
    const other = tracker.revision("other");
    await tracker.catchUp();
    expect(tracker.revision("m")).toBe(before);
    await store.commit([scoredReport(3)]);
    await tracker.catchUp();
    expect(tracker.revision("m")).toBeGreaterThan(before);
    expect(tracker.revision("other")).toBe(other);
    expect(tracker.revision("none")).toBe(0);
  });

  it("says so of every model of a snapshot that it goes on from", async () => {
    const store = createMemoryStore();
    const tracker = trackerOf(store);
    await store.commit([scoredReport(1)]);
    await tracker.catchUp();
    await store.saveSnapshot(tracker.snapshot());
    const late = trackerOf(store);
    await late.catchUp();
    expect(late.revision("m")).toBe(1);
  });

  describe("given a snapshot of another release", () => {
    const snapshotOf = async (store: FeedbackStore, format: number): Promise<void> => {
      const tracker = trackerOf(store);
      await tracker.catchUp();
      const { sequence, text } = tracker.snapshot();
      await store.saveSnapshot({
        sequence,
        text: text.replace('"format":1', `"format":${format}`),
      });
    };

    it.each([0, 2])(
      "of format %i, counts the events anew as long as all are kept",
      async (format) => {
        const store = createMemoryStore();
        await store.commit([scoredReport(1)]);
        await snapshotOf(store, format);
        expect(await qualityOf(trackerOf(store))).toMatchObject({ rows: 1 });
      },
    );

    it("goes on from an earlier one if they are not", async () => {
      const store = createMemoryStore();
      await store.commit([scoredReport(1)]);
      await snapshotOf(store, 0);
      await store.forget({ predictedBefore: 1, maxRows: 100 });
      expect(await qualityOf(trackerOf(store))).toMatchObject({ rows: 1 });
    });

    it("rejects a later one if they are not", async () => {
      const store = createMemoryStore();
      await store.commit([scoredReport(1)]);
      await snapshotOf(store, 2);
      await store.forget({ predictedBefore: 1, maxRows: 100 });
      await expect(trackerOf(store).catchUp()).rejects.toMatchObject({
        reason: "STORE_UNAVAILABLE",
      });
    });
  });

  it("writes its slices and what is counted of them into a snapshot", async () => {
    const store = createMemoryStore();
    const tracker = trackerOf(store);
    await store.commit([scoredReport(1)]);
    await tracker.catchUp();
    const { sequence, text } = tracker.snapshot();
    expect(sequence).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ format: 1, slices: [{ slice: scoredSlice }] });
  });
});
