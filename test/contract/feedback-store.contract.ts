import { describe, expect, it } from "vitest";
import type { RowReport } from "../../server/src/core/feedback.ts";
import type { GroupLimits } from "../../server/src/feedback/group-commit.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";
import { eventsAfter, exampleSlice, failureOf, refusalOf, reportOf } from "../support/feedback.ts";

/** A place where a kind of store keeps things, empty at first. */
export interface StorePlace extends AsyncDisposable {
  /** Opens a store there; several may be open at once. The place closes those that are left. */
  open(limits?: GroupLimits): Promise<FeedbackStore>;
  /** Keeps every store from writing while work is done. */
  whileGone<T>(work: () => Promise<T>): Promise<T>;
}

const unavailable = ["STORE_UNAVAILABLE", 1000];

/** What every store must do with what it is given; `createPlace` makes an empty place of its kind. */
export function testFeedbackStore(createPlace: () => Promise<StorePlace>): void {
  describe("commit()", () => {
    const steps: readonly [string, readonly Partial<RowReport>[], readonly string[]][] = [
      ["records what is new", [{ truth: 1 }], ["recorded"]],
      ["leaves what is known already", [{ truth: 1 }, { truth: 1 }], ["recorded", "unchanged"]],
      ["corrects another truth", [{ truth: 1 }, { truth: 0 }], ["recorded", "corrected"]],
      [
        "corrects back",
        [{ truth: 1 }, { truth: 0 }, { truth: 1 }],
        ["recorded", "corrected", "corrected"],
      ],
      ["completes a truth by a reward", [{ truth: 1 }, { reward: 5 }], ["recorded", "corrected"]],
      [
        "keeps what a later report leaves out",
        [{ truth: 1 }, { reward: 5 }, { truth: 1 }, { truth: 1, reward: 5 }],
        ["recorded", "corrected", "unchanged", "unchanged"],
      ],
      [
        "tells 0 from nothing",
        [{ reward: 0 }, { truth: 0 }, { reward: 0 }],
        ["recorded", "corrected", "unchanged"],
      ],
      ["takes a report of nothing for no change", [{}], ["unchanged"]],
      ["tells rows apart", [{ truth: 1 }, { truth: 1, row: 1 }], ["recorded", "recorded"]],
    ];

    it.each(steps)("%s, call by call", async (_, given, outcomes) => {
      await using place = await createPlace();
      const store = await place.open();
      const seen: unknown[] = [];
      for (const facts of given) seen.push(...(await store.commit([reportOf(1, facts)])));
      expect(seen).toEqual(outcomes);
    });

    it.each(steps)("%s, within one call", async (_, given, outcomes) => {
      await using place = await createPlace();
      const store = await place.open();
      expect(await store.commit(given.map((facts) => reportOf(1, facts)))).toEqual(outcomes);
    });

    it("answers a call without reports", async () => {
      await using place = await createPlace();
      const store = await place.open();
      expect(await store.commit([])).toEqual([]);
    });

    it("answers each of many callers with the outcomes of its own", async () => {
      await using place = await createPlace();
      const store = await place.open({ batchRows: 3 });
      const calls = [[1, 2], [2, 3, 4, 5], [1], [6]];
      const outcomes = await Promise.all(
        calls.map((numbers) => store.commit(numbers.map((n) => reportOf(n, { truth: 1 })))),
      );
      expect(outcomes).toEqual([
        ["recorded", "recorded"],
        ["unchanged", "recorded", "recorded", "recorded"],
        ["unchanged"],
        ["recorded"],
      ]);
    });

    it("counts rows once that two stores are told of", async () => {
      await using place = await createPlace();
      const stores = [await place.open(), await place.open()];
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          Promise.all(stores.map((store) => store.commit([reportOf(index, { truth: 1 })]))),
        ),
      );
      expect(outcomes.map((each) => each.flat().toSorted())).toEqual(
        Array.from({ length: 40 }, () => ["recorded", "unchanged"]),
      );
    });

    it("keeps every fact of a report, over a new start", async () => {
      await using place = await createPlace();
      const first = await place.open();
      const report = reportOf(1, {
        row: 12,
        slice: {
          model: "größe",
          version: "18446744073709551615",
          scoring: "a",
          policy: "p",
          alias: "x",
        },
        predictedAt: 1_795_000_000_123,
        reportedAt: 1_795_000_001_456,
        answer: 0.1,
        scores: [0.1, -0, Number.MIN_VALUE, 1e308],
        truth: -7.25,
        reward: 1e-300,
      });
      const other = reportOf(2, { answer: Number.NaN, reward: -1 });
      await first.commit([report, other]);
      await first.close();
      const second = await place.open();
      expect(await second.readEvents(0, 10)).toEqual({
        kind: "events",
        events: [
          { ...report, sequence: 1, before: undefined },
          { ...other, sequence: 2, before: undefined },
        ],
      });
    });
  });

  describe("while it cannot write", () => {
    it("rejects with when to try again, and then counts each row once", async () => {
      await using place = await createPlace();
      const store = await place.open();
      await store.commit([reportOf(1, { truth: 1 })]);
      const reports = [reportOf(1, { truth: 1 }), reportOf(2, { truth: 1 })];
      const failures = await place.whileGone(() =>
        Promise.all([
          failureOf(store.commit(reports)),
          failureOf(store.commit([reportOf(3, { truth: 1 })])),
          failureOf(store.addPredictions([{ slice: exampleSlice, from: 300_000, rows: 1 }])),
        ]),
      );
      expect(failures.map(refusalOf)).toEqual([unavailable, unavailable, unavailable]);
      expect(await store.commit(reports)).toEqual(["unchanged", "recorded"]);
      expect(await eventsAfter(store, 0, 10)).toEqual([1, 2]);
    });

    it("refuses at once what is more than may wait", async () => {
      await using place = await createPlace();
      const store = await place.open({ batchRows: 1, waitingRows: 3 });
      const calls = [1, 2, 3, 4].map((n) => store.commit([reportOf(n, { truth: 1 })]));
      expect(refusalOf(await failureOf(calls[3] ?? Promise.resolve()))).toEqual(unavailable);
      expect(await Promise.all(calls.slice(0, 3))).toEqual([
        ["recorded"],
        ["recorded"],
        ["recorded"],
      ]);
    });
  });

  describe("close()", () => {
    it("commits what was given, and then takes nothing", async () => {
      await using place = await createPlace();
      const store = await place.open();
      const given = store.commit([reportOf(1, { truth: 1 })]);
      await store.close();
      await store.close();
      expect(await given).toEqual(["recorded"]);
      const failures = [
        await failureOf(store.commit([reportOf(2)])),
        await failureOf(store.readEvents(0, 1)),
      ];
      expect(failures.map(refusalOf)).toEqual([unavailable, unavailable]);
      const again = await place.open();
      expect(await eventsAfter(again, 0, 10)).toEqual([1]);
    });
  });
}
