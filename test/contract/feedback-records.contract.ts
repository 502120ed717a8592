import { describe, expect, it } from "vitest";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { exampleSlice, reportOf } from "../support/feedback.ts";
import type { StorePlace } from "./feedback-store.contract.ts";

const minutes = 60_000;
const slices = [exampleSlice, { ...exampleSlice, alias: "champion" }] as const;

/** What every store must do with all but feedback, and with what is to be forgotten. */
export function testFeedbackRecords(createPlace: () => Promise<StorePlace>): void {
  describe("addPredictions()", () => {
    it("sums up what every store is told, by slice and time", async () => {
      await using place = await createPlace();
      const stores = [await place.open(), await place.open()];
      for (const store of stores)
        await store.addPredictions([
          { slice: slices[0], from: 5 * minutes, rows: 1 },
          { slice: slices[1], from: 5 * minutes, rows: 10 },
          { slice: slices[0], from: 10 * minutes, rows: 100 },
          { slice: { ...exampleSlice, model: "other" }, from: 5 * minutes, rows: 7 },
        ]);
      const [store] = stores;
      expect(await store?.readPredictions("tumors")).toEqual([
        { slice: slices[0], rows: 202 },
        { slice: slices[1], rows: 20 },
      ]);
      expect(await store?.readPredictions("tumors", 10 * minutes)).toEqual([
        { slice: slices[0], rows: 200 },
      ]);
      expect(await store?.readPredictions("none")).toEqual([]);
    });
  });

  describe("putSketch()", () => {
    it("replaces the sketch of the same writer and hour only", async () => {
      await using place = await createPlace();
      const store = await place.open();
      const sketch = { model: "tumors", version: "3", from: 60 * minutes, writer: "a", text: "1" };
      const kept = [
        { ...sketch, text: "2" },
        { ...sketch, writer: "b", text: "3" },
        { ...sketch, from: 120 * minutes, text: "4" },
      ];
      for (const each of [sketch, ...kept]) await store.putSketch(each);
      await store.putSketch({ ...sketch, version: "4" });
      expect(await store.readSketches("tumors", "3", 0)).toEqual(kept);
      expect(await store.readSketches("tumors", "3", 120 * minutes)).toEqual([kept[2]]);
    });
  });

  describe("keepDocument()", () => {
    it("keeps the first of each kind and name, and gives it to all", async () => {
      await using place = await createPlace();
      const stores = await Promise.all([place.open(), place.open(), place.open()]);
      const texts = await Promise.all(
        stores.map((store, index) => store.keepDocument("key", "ids", `${index}`)),
      );
      expect(new Set(texts).size).toBe(1);
      const [store] = stores;
      expect(await store?.keepDocument("key", "ids", "late")).toBe(texts[0]);
      expect(await store?.keepDocument("scoring", "ids", "another")).toBe("another");
      expect(await store?.readDocument("key", "ids")).toBe(texts[0]);
      expect(await store?.readDocument("key", "none")).toBeUndefined();
    });
  });

  describe("saveSnapshot()", () => {
    it("keeps the latest, whoever saves last", async () => {
      await using place = await createPlace();
      const store = await place.open();
      const seen = [await store.readSnapshot()];
      for (const snapshot of [
        { sequence: 5, text: "five" },
        { sequence: 4, text: "four" },
        { sequence: 5, text: "five again" },
      ]) {
        await store.saveSnapshot(snapshot);
        seen.push(await store.readSnapshot());
      }
      expect(seen).toEqual([
        undefined,
        { sequence: 5, text: "five" },
        { sequence: 5, text: "five" },
        { sequence: 5, text: "five again" },
      ]);
    });
  });

  describe("forget()", () => {
    /** Rows predicted at 1,000,001 to 1,000,004, row 1 corrected last: events 1 to 5. */
    const fill = async (store: FeedbackStore): Promise<void> => {
      await store.commit([1, 2, 3, 4].map((n) => reportOf(n, { truth: 1 })));
      await store.commit([reportOf(1, { truth: 0 })]);
    };
    const rowsOf = async (store: FeedbackStore): Promise<number[]> => {
      const query = { model: undefined, version: undefined, since: 0, before: Infinity, limit: 9 };
      return (await store.readRows(query)).rows.map(({ predictedAt }) => predictedAt - 1_000_000);
    };
    const many = 1000;
    const none = 0;

    it.each([
      [
        "nothing that is young enough",
        { predictedBefore: 1_000_001, maxRows: 4 },
        5,
        0,
        [1, 4, 3, 2],
      ],
      ["what is too old", { predictedBefore: 1_000_003, maxRows: many }, 5, 2, [4, 3]],
      ["what is too much", { predictedBefore: none, maxRows: 3 }, 5, 1, [4, 3, 2]],
      ["everything", { predictedBefore: none, maxRows: 0 }, 5, 4, []],
      [
        "nothing that no snapshot sums up",
        { predictedBefore: 1_000_003, maxRows: many },
        4,
        1,
        [1, 4, 3],
      ],
      [
        "no more than there is a snapshot of",
        { predictedBefore: none, maxRows: 1 },
        2,
        1,
        [1, 4, 3],
      ],
      [
        "nothing without a snapshot",
        { predictedBefore: 1_000_003, maxRows: 0 },
        0,
        0,
        [1, 4, 3, 2],
      ],
    ])("forgets %s", async (_, bounds, sequence, rows, left) => {
      await using place = await createPlace();
      const store = await place.open();
      await fill(store);
      await store.saveSnapshot({ sequence, text: "sum" });
      expect(await store.forget(bounds)).toEqual({ rows });
      expect(await rowsOf(store)).toEqual(left);
    });

    it("takes no report of what is forgotten from then on, in any store", async () => {
      await using place = await createPlace();
      const [store, other] = [await place.open(), await place.open()];
      await fill(store);
      await store.saveSnapshot({ sequence: 5, text: "sum" });
      await store.forget({ predictedBefore: 1_000_003, maxRows: many });
      const outcomes = await other.commit(
        [1, 2, 3, 4].map((n) => reportOf(n, { truth: 1, reward: 1 })),
      );
      expect(outcomes).toEqual(["expired", "expired", "corrected", "corrected"]);
      expect(await store.commit([reportOf(-1, { truth: 1 })])).toEqual(["expired"]);
    });

    it("answers with the snapshot who asks for what is forgotten, and goes on from there", async () => {
      await using place = await createPlace();
      const store = await place.open();
      await fill(store);
      const snapshot = { sequence: 4, text: "the sum of four" };
      await store.saveSnapshot(snapshot);
      await store.forget({ predictedBefore: 1_000_003, maxRows: many });
      expect(await store.readEvents(0, 10)).toEqual({ kind: "snapshot", snapshot });
      expect(await store.readEvents(1, 10)).toEqual({ kind: "snapshot", snapshot });
      expect(await store.readEvents(2, 10)).toMatchObject({
        events: [{ sequence: 3 }, { sequence: 4 }, { sequence: 5 }],
      });
      expect(await store.readEvents(4, 10)).toMatchObject({ events: [{ sequence: 5 }] });
    });

    it("goes on where it left rows that no snapshot summed up", async () => {
      await using place = await createPlace();
      const store = await place.open();
      await fill(store);
      const bounds = { predictedBefore: 1_000_003, maxRows: many };
      await store.forget(bounds);
      await store.saveSnapshot({ sequence: 5, text: "sum" });
      expect(await store.forget(bounds)).toEqual({ rows: 2 });
      expect(await store.forget(bounds)).toEqual({ rows: 0 });
    });

    it("forgets more than one step takes, and keeps count of the rows", async () => {
      await using place = await createPlace();
      const store = await place.open();
      const numbers = Array.from({ length: 5000 }, (_, index) => index);
      await store.commit(numbers.map((n) => reportOf(n, { truth: 1 })));
      await store.saveSnapshot({ sequence: 5000, text: "sum" });
      expect(await store.forget({ predictedBefore: none, maxRows: 10 })).toEqual({ rows: 4990 });
      expect(await rowsOf(store)).toEqual([4999, 4998, 4997, 4996, 4995, 4994, 4993, 4992, 4991]);
      await store.commit([reportOf(6000, { truth: 1 })]);
      await store.saveSnapshot({ sequence: 5001, text: "sum" });
      expect(await store.forget({ predictedBefore: none, maxRows: 10 })).toEqual({ rows: 1 });
    });

    it("sums up old counts of predictions, and drops old sketches", async () => {
      await using place = await createPlace();
      const store = await place.open();
      const count = (from: number, rows: number) => ({ slice: slices[0], from, rows });
      await store.addPredictions([count(5 * minutes, 1), count(10 * minutes, 10)]);
      await store.addPredictions([count(60 * minutes, 100)]);
      const sketch = { model: "tumors", version: "3", from: 0, writer: "a", text: "old" };
      const young = { ...sketch, from: 60 * minutes, text: "young" };
      await store.putSketch(sketch);
      await store.putSketch(young);
      for (const predictedBefore of [6 * minutes, 60 * minutes])
        await store.forget({ predictedBefore, maxRows: many });
      expect(await store.readPredictions("tumors")).toEqual([{ slice: slices[0], rows: 111 }]);
      expect(await store.readPredictions("tumors", minutes)).toEqual([
        { slice: slices[0], rows: 100 },
      ]);
      expect(await store.readSketches("tumors", "3", 0)).toEqual([young]);
    });
  });
}
