import { describe, expect, it } from "vitest";
import type { RowOutcome, RowReport } from "../core/feedback.ts";
import { createGroupCommit, type GroupCommit, type GroupLimits } from "./group-commit.ts";

describe("createGroupCommit()", () => {
  it("writes what is given in the same breath together", async () => {
    const { group, sizes, finish } = createGroup();
    const calls = [group.commit(reports(1)), group.commit(reports(2))];
    await finish("recorded");
    expect(await Promise.all(calls)).toEqual([["recorded"], ["recorded", "recorded"]]);
    expect(sizes).toEqual([3]);
  });

  it("gathers what comes while a batch is written, and parts no call", async () => {
    const { group, sizes, begun, finish } = createGroup({ batchRows: 4 });
    const first = group.commit(reports(1));
    await begun();
    const rest = [2, 2, 3, 9].map((rows) => group.commit(reports(rows)));
    for (let batch = 0; batch < 4; batch += 1) await finish("recorded");
    await Promise.all([first, ...rest]);
    expect(sizes).toEqual([1, 4, 3, 9]);
  });

  it("fails the callers of a batch that failed, and goes on", async () => {
    const { group, begun, fail, finish } = createGroup({ batchRows: 2 });
    const failed = [group.commit(reports(1)), group.commit(reports(1))];
    await begun();
    const next = group.commit(reports(1));
    await fail(new Error("no disk"));
    await finish("recorded");
    expect(await Promise.allSettled(failed)).toEqual([
      { status: "rejected", reason: new Error("no disk") },
      { status: "rejected", reason: new Error("no disk") },
    ]);
    expect(await next).toEqual(["recorded"]);
  });

  it("refuses at once what is more than may wait, but never a call alone", async () => {
    const { group, begun, finish } = createGroup({ waitingRows: 5 });
    const large = group.commit(reports(9));
    await begun();
    const waiting = group.commit(reports(3));
    await expect(group.commit(reports(3))).rejects.toMatchObject({
      reason: "STORE_UNAVAILABLE",
      retryAfterMs: 1000,
    });
    const fits = group.commit(reports(2));
    await finish("recorded");
    await finish("recorded");
    const outcomes = await Promise.all([large, waiting, fits]);
    expect(outcomes.map(({ length }) => length)).toEqual([9, 3, 2]);
  });

  it("closes once all is written, and takes nothing more", async () => {
    const { group, finish } = createGroup();
    const order: string[] = [];
    const given = group.commit(reports(1)).then(() => order.push("committed"));
    const closing = group.close().then(() => order.push("closed"));
    await expect(group.commit(reports(1))).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    await finish("recorded");
    await Promise.all([given, closing]);
    expect(order).toEqual(["committed", "closed"]);
  });
});

interface TestGroup {
  readonly group: GroupCommit;
  /** The rows of each batch so far. */
  readonly sizes: readonly number[];
  /** Resolves once a batch is being written. */
  readonly begun: () => Promise<void>;
  /** Ends the batch that is being written, or the next. */
  readonly finish: (outcome: RowOutcome) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

interface Batch {
  readonly resolve: (outcomes: readonly RowOutcome[]) => void;
  readonly reject: (error: Error) => void;
}

function createGroup(limits?: GroupLimits): TestGroup {
  const sizes: number[] = [];
  let next = Promise.withResolvers<Batch>();
  const group = createGroupCommit((given) => {
    sizes.push(given.length);
    const { promise, resolve, reject } = Promise.withResolvers<readonly RowOutcome[]>();
    next.resolve({ resolve, reject });
    return promise;
  }, limits);
  const take = async (): Promise<Batch> => {
    const batch = await next.promise;
    next = Promise.withResolvers();
    return batch;
  };
  return {
    group,
    sizes,
    begun: async () => void (await next.promise),
    async finish(outcome) {
      const { resolve } = await take();
      resolve(Array.from({ length: sizes.at(-1) ?? 0 }, () => outcome));
    },
    async fail(error) {
      const { reject } = await take();
      reject(error);
    },
  };
}

function reports(rows: number): readonly RowReport[] {
  const slice = { model: "m", version: "1", scoring: "s", policy: "p", alias: "" };
  return Array.from({ length: rows }, (_, row) => ({
    prediction: new Uint8Array(16),
    row,
    slice,
    predictedAt: 1,
    reportedAt: 2,
    answer: 1,
    scores: [],
    truth: 1,
    reward: undefined,
  }));
}
