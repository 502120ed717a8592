import { describe, expect, it } from "vitest";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { eventsAfter, exampleSlice, predictionOf, reportOf } from "../support/feedback.ts";
import type { StorePlace } from "./feedback-store.contract.ts";

const all = { model: undefined, version: undefined, since: 0, before: Infinity, limit: 100 };
/** What every store must read of what it was given. */
export function testFeedbackReads(createPlace: () => Promise<StorePlace>): void {
  describe("readEvents()", () => {
    it("tells what was known before, and all that is known now", async () => {
      await using place = await createPlace();
      const store = await place.open();
      await store.commit([reportOf(1, { truth: 1, reportedAt: 10 })]);
      await store.commit([
        reportOf(1, { reward: 5, reportedAt: 20 }),
        reportOf(1, { truth: 0, reportedAt: 30 }),
      ]);
      const page = await store.readEvents(1, 10);
      expect(page).toMatchObject({
        events: [
          {
            sequence: 2,
            truth: 1,
            reward: 5,
            before: { truth: 1, reward: undefined, reportedAt: 10 },
          },
          { sequence: 3, truth: 0, reward: 5, before: { truth: 1, reward: 5, reportedAt: 20 } },
        ],
      });
    });

    it("pages in order, and ends with an empty page", async () => {
      await using place = await createPlace();
      const store = await place.open();
      await store.commit(Array.from({ length: 7 }, (_, index) => reportOf(index, { truth: 1 })));
      const pages: number[][] = [];
      for (let after = 0, size = 1; size > 0; ) {
        const events = await eventsAfter(store, after, 3);
        pages.push(events);
        after = events.at(-1) ?? after;
        size = events.length;
      }
      expect(pages).toEqual([[1, 2, 3], [4, 5, 6], [7], []]);
    });

    it("never shows an event before one that was seen, while two stores write", async () => {
      await using place = await createPlace();
      const [left, right, reader] = [await place.open(), await place.open(), await place.open()];
      const writing = { goesOn: true };
      const write = async (store: FeedbackStore, first: number): Promise<void> => {
        for (let n = first; n < first + 60; n += 1) await store.commit([reportOf(n, { truth: 1 })]);
      };
      const written = Promise.all([write(left, 0), write(right, 1000)]).finally(() => {
        writing.goesOn = false;
      });
      const seen: number[] = [];
      const readOn = async (): Promise<void> => {
        seen.push(...(await eventsAfter(reader, seen.at(-1) ?? 0, 1000)));
      };
      while (writing.goesOn) await readOn();
      await written;
      await readOn();
      expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    });
  });

  describe("readRows()", () => {
    it("reads what is known now, reported last first, page by page", async () => {
      await using place = await createPlace();
      const store = await place.open();
      await store.commit([1, 2, 3, 4].map((n) => reportOf(n, { truth: 1 })));
      await store.commit([reportOf(2, { truth: 0 })]);
      const first = await store.readRows({ ...all, limit: 2 });
      const second = await store.readRows({ ...all, limit: 2, before: first.next ?? 0 });
      expect([first, second].map(({ rows }) => rows.map(({ sequence }) => sequence))).toEqual([
        [5, 4],
        [3, 1],
      ]);
      expect(first.rows[0]).toMatchObject({ prediction: predictionOf(2), truth: 0 });
      expect(second.next).toBeUndefined();
    });

    it.each([
      ["of a model", { model: "b" }, [4, 3]],
      ["of a version", { model: "a", version: "2" }, [2]],
      ["of every model", {}, [4, 3, 2, 1]],
      ["reported since", { since: 30 }, [4, 3]],
      ["of no such model", { model: "c" }, []],
    ])("reads rows %s", async (_, query, expected) => {
      await using place = await createPlace();
      const store = await place.open();
      const slices = [
        ["a", "1"],
        ["a", "2"],
        ["b", "1"],
        ["b", "2"],
      ] as const;
      for (const [index, [model, version]] of slices.entries()) {
        const slice = { ...exampleSlice, model, version };
        await store.commit([reportOf(index, { slice, truth: 1, reportedAt: 10 * (index + 1) })]);
      }
      const { rows } = await store.readRows({ ...all, ...query });
      expect(rows.map(({ sequence }) => sequence)).toEqual(expected);
    });
  });
}
