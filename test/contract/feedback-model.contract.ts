import fc from "fast-check";
import { expect, it } from "vitest";
import type { RowOutcome, RowReport, Verdict } from "../../server/src/core/feedback.ts";
import { exampleSlice, reportOf } from "../support/feedback.ts";
import type { StorePlace } from "./feedback-store.contract.ts";

const verdict = fc.record({
  truth: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  reward: fc.option(fc.constantFrom(0, 0.5), { nil: undefined }),
});
const report = fc.record({
  prediction: fc.integer({ min: 0, max: 3 }),
  row: fc.integer({ min: 0, max: 1 }),
  verdict,
});
/** Calls, each by one of two stores; those of one round at the same time. */
const rounds = fc.array(fc.array(fc.array(report, { maxLength: 5 }), { maxLength: 3 }), {
  maxLength: 6,
});

/** Holds a store against the simplest one that could be right, in memory. */
export function testFeedbackModel(createPlace: () => Promise<StorePlace>): void {
  it("keeps what the simplest model of it keeps, whatever is reported", async () => {
    await using place = await createPlace();
    const stores = [await place.open(), await place.open()] as const;
    let run = 0;
    let after = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (calls) => {
        run += 1;
        const slice = { ...exampleSlice, model: `run ${run}` };
        const model = createModel(after);
        for (const [index, round] of calls.entries()) {
          const store = index % 2 === 0 ? stores[0] : stores[1];
          const given = round.map((reports) =>
            reports.map(({ prediction, row, verdict: known }) =>
              reportOf(run * 100 + prediction, { row, slice, ...known }),
            ),
          );
          const outcomes = await Promise.all(given.map((reports) => store.commit(reports)));
          expect(outcomes).toEqual(given.map((reports) => reports.map((one) => model.take(one))));
        }
        const page = await stores[0].readEvents(after, 1000);
        expect(page).toEqual({ kind: "events", events: model.events });
        const query = { model: slice.model, version: "3", since: 0, before: Infinity, limit: 100 };
        const { rows } = await stores[1].readRows(query);
        expect(rows).toEqual(model.rows());
        after += model.events.length;
      }),
      { numRuns: 40 },
    );
  });
}

type Kept = RowReport & {
  sequence: number;
  before: (Verdict & { reportedAt: number }) | undefined;
};

function createModel(start: number) {
  const events: Kept[] = [];
  const known = new Map<string, Kept>();
  return {
    events,
    rows: () => [...known.values()].toSorted((a, b) => b.sequence - a.sequence),
    take(given: RowReport): RowOutcome {
      const key = `${given.prediction.join()} ${given.row}`;
      const old = known.get(key);
      const [truth, reward] = [given.truth ?? old?.truth, given.reward ?? old?.reward];
      if (truth === old?.truth && reward === old?.reward) return "unchanged";
      const before = old && { truth: old.truth, reward: old.reward, reportedAt: old.reportedAt };
      const event = { ...given, truth, reward, sequence: start + events.length + 1, before };
      events.push(event);
      known.set(key, event);
      return old === undefined ? "recorded" : "corrected";
    },
  };
}
