import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import { qualityOf, trackerOf } from "../../../test/support/quality-reports.ts";
import { scoredReport } from "../../../test/support/scored-reports.ts";
import type { RowReport } from "../core/feedback.ts";
import { createSqliteStore } from "../feedback/sqlite/store.ts";
import type { FeedbackStore } from "../feedback/store.ts";

/** Reports of a few rows, so that some correct others; each says something. */
const anyReports = fc.array(
  fc
    .record({
      prediction: fc.nat(5),
      truth: fc.constantFrom(undefined, 0, 1),
      reward: fc.constantFrom(undefined, 0.1, 0.7, -3),
      reportedAt: fc.nat(10_000),
    })
    .filter(({ truth, reward }) => truth !== undefined || reward !== undefined)
    .map(({ prediction, ...rest }) =>
      scoredReport(prediction, { ...rest, slice: { version: `${1 + (prediction % 2)}` } }),
    ),
  { maxLength: 30 },
);

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function openSqlite(): FeedbackStore {
  const directory = mkdtempSync(join(tmpdir(), "presage-quality-"));
  const store = createSqliteStore({ file: join(directory, "feedback.db") });
  cleanups.push(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return store;
}

const stores: [string, () => FeedbackStore][] = [
  ["memory", createMemoryStore],
  ["SQLite", openSqlite],
];

describe.each(stores)("createTracker(), of a store in %s", (_, open) => {
  it("counts what was committed before it was asked", async () => {
    const store = open();
    const tracker = trackerOf(store);
    expect(await qualityOf(tracker)).toMatchObject({ rows: 0, samples: 0 });
    await store.commit([scoredReport(1), scoredReport(2, { truth: 0 })]);
    expect(await qualityOf(tracker)).toMatchObject({ rows: 2, samples: 2 });
    await store.commit([scoredReport(2, { truth: 1 })]);
    expect(await qualityOf(tracker)).toMatchObject({
      rows: 2,
      corrections: 1,
      answers: { confusion: { truePositives: 2, falsePositives: 0 } },
    });
  });

  it("counts more events than a page holds", async () => {
    const store = open();
    await store.commit(Array.from({ length: 2500 }, (__, index) => scoredReport(index)));
    expect(await qualityOf(trackerOf(store))).toMatchObject({ rows: 2500 });
  });

  it("goes on from a snapshot, whether the events of before are there or not", async () => {
    const store = open();
    const tracker = trackerOf(store);
    await store.commit([scoredReport(1), scoredReport(2, { truth: 0, reward: 2 })]);
    await tracker.catchUp();
    await store.saveSnapshot(tracker.snapshot());
    await store.commit([scoredReport(3)]);
    const all = await qualityOf(tracker);
    expect(await qualityOf(trackerOf(store))).toEqual(all);
    await store.forget({ predictedBefore: 1, maxRows: 100 });
    expect(await qualityOf(trackerOf(store))).toEqual(all);
    expect(all).toMatchObject({ rows: 3, samples: 3, reward: { sum: 2 } });
  });
});

describe("createTracker()", () => {
  it("counts the same by any pages and snapshots, with corrections, as all at once", async () => {
    await fc.assert(
      fc.asyncProperty(anyReports, fc.nat(30), async (reports, split) => {
        const store = createMemoryStore();
        const early = trackerOf(store);
        for (const report of reports.slice(0, split)) {
          await store.commit([report]);
          await early.catchUp();
        }
        await store.saveSnapshot(early.snapshot());
        await store.commit(reports.slice(split));
        const fresh = createMemoryStore();
        await fresh.commit(lastOfEach(reports));
        const known = await qualityOf(trackerOf(fresh));
        for (const tracker of [early, trackerOf(store)]) {
          expect(await qualityOf(tracker)).toMatchObject({
            rows: known?.rows,
            samples: known?.samples,
            answers: known?.answers,
            reward: known?.reward,
          });
        }
      }),
    );
  });

  it("lets concurrent calls share a run that begins after them all", async () => {
    const store = createMemoryStore();
    await store.commit([scoredReport(1)]);
    let reads = 0;
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const slow: FeedbackStore = {
      ...store,
      async readEvents(after, limit) {
        reads += 1;
        entered.resolve();
        const page = await store.readEvents(after, limit);
        await gate.promise;
        return page;
      },
    };
    const tracker = trackerOf(slow);
    const first = tracker.catchUp();
    await entered.promise;
    // The first page was read before this commit, so it cannot serve the two calls after it.
    await store.commit([scoredReport(2)]);
    const [second, third] = [tracker.catchUp(), tracker.catchUp()];
    expect(third).toBe(second);
    gate.resolve();
    await Promise.all([first, second, third]);
    expect(reads).toBe(4);
    expect(await qualityOf(tracker)).toMatchObject({ rows: 2 });
  });

  it("tries again for those who waited for a run that failed", async () => {
    const store = createMemoryStore();
    const first = Promise.withResolvers<never>();
    const readEvents = [() => first.promise];
    const tracker = trackerOf({
      ...store,
      readEvents: (after, limit) => readEvents.pop()?.() ?? store.readEvents(after, limit),
    });
    await store.commit([scoredReport(1)]);
    const runs = [tracker.catchUp(), tracker.catchUp()];
    first.reject(new Error("down"));
    expect(await Promise.allSettled(runs)).toMatchObject([
      { status: "rejected" },
      { status: "fulfilled" },
    ]);
    expect(tracker.snapshot().sequence).toBe(1);
  });

  it("reads no event again that a snapshot sums up", async () => {
    const store = createMemoryStore();
    const tracker = trackerOf(store);
    await store.commit([scoredReport(1), scoredReport(2)]);
    await tracker.catchUp();
    await store.saveSnapshot(tracker.snapshot());
    const places: number[] = [];
    const late = trackerOf({
      ...store,
      readEvents(after, limit) {
        places.push(after);
        return store.readEvents(after, limit);
      },
    });
    await late.catchUp();
    await late.catchUp();
    expect(places).toEqual([2, 2]);
  });

  it("rejects while the store cannot be read, and goes on from where it was", async () => {
    const store = createMemoryStore();
    let isDown = false;
    const tracker = trackerOf({
      ...store,
      readEvents: (after, limit) =>
        isDown ? Promise.reject(new Error("down")) : store.readEvents(after, limit),
    });
    await store.commit([scoredReport(1)]);
    await tracker.catchUp();
    await store.commit([scoredReport(2)]);
    isDown = true;
    const waiting = [tracker.catchUp(), tracker.catchUp()];
    expect(await Promise.allSettled(waiting)).toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
    isDown = false;
    expect(await qualityOf(tracker)).toMatchObject({ rows: 2 });
  });
});

/** One report of each row, of all that is known in the end. */
function lastOfEach(reports: readonly RowReport[]): RowReport[] {
  const rows = new Map<string, RowReport>();
  for (const report of reports) {
    const key = report.prediction.toString();
    const known = rows.get(key);
    rows.set(key, {
      ...report,
      truth: report.truth ?? known?.truth,
      reward: report.reward ?? known?.reward,
    });
  }
  return [...rows.values()];
}
