import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import { binaryScoring } from "../../../test/support/scorings.ts";
import { ServingError } from "../core/errors.ts";
import type { AnsweredRow, AnswerReader, Scoring } from "../core/scoring.ts";
import { createPredictionIds, type PredictionIds } from "./prediction-id.ts";
import { createFeedbackReceiver, type FeedbackReceiver, type Report } from "./receiver.ts";
import { createScorings, type Scorings } from "./scorings.ts";
import type { FeedbackStore } from "./store.ts";

const retentionMs = 1000;
const clock = {
  time: 0,
  now() {
    return this.time;
  },
};

let store: FeedbackStore;
let scorings: Scorings;
let ids: PredictionIds;
let receiver: FeedbackReceiver;
beforeEach(() => {
  clock.time = 10_000;
  store = createMemoryStore();
  scorings = createScorings(store);
  ids = createPredictionIds(clock);
  ids.useKey(randomBytes(32));
  receiver = createFeedbackReceiver({ ids, scorings, store, clock, retentionMs });
});

/** Predicts rows, and gives the prediction's id. */
function predicted(
  rows: readonly AnsweredRow[],
  scoring: Scoring = binaryScoring,
  rowCount = rows.length,
): string {
  const slice = {
    model: "m",
    version: "2",
    scoring: scorings.name(scoring),
    policy: "stable",
    alias: "",
  };
  const reader: AnswerReader = {
    scoring,
    outputs: [],
    scoreCount: rows[0]?.scores.length ?? 0,
    precision: "double",
    turnTo: () => true,
    answer: (row) => rows[row]?.answer ?? 0,
    score: (row, index) => rows[row]?.scores[index] ?? 0,
  };
  const read = scoring.kind === "other" ? undefined : reader;
  return ids.mint(ids.describe(slice), rowCount, read);
}

const two = [
  { answer: 1, scores: [0.75] },
  { answer: 0, scores: [0.5] },
];

function receive(report: Partial<Report>): ReturnType<FeedbackReceiver["receive"]> {
  return receiver.receive({ predictionId: "", truth: [], reward: [], rows: [], ...report });
}

async function refusal(report: Partial<Report>): Promise<ServingError> {
  const failure: unknown = await receive(report).catch((error: unknown) => error);
  if (failure instanceof ServingError) return failure;
  throw new Error("the report was not refused");
}

async function kept(): Promise<readonly unknown[]> {
  const page = await store.readEvents(0, 100);
  if (page.kind === "snapshot") throw new Error("there is no snapshot");
  return page.events.map(({ row, answer, scores, truth, reward }) => [
    row,
    answer,
    scores,
    truth,
    reward,
  ]);
}

describe("createFeedbackReceiver()", () => {
  it("keeps each row with what was answered, its truth and its reward", async () => {
    const predictionId = predicted(two);
    const receipt = await receive({ predictionId, truth: ["b", 1], reward: [0.5, 0] });
    expect(receipt).toMatchObject({
      slice: { model: "m", version: "2" },
      counts: { recorded: 2, corrected: 0, unchanged: 0 },
    });
    expect(await kept()).toEqual([
      [0, 1, [0.75], 1, 0.5],
      [1, 0, [0.5], 1, 0],
    ]);
  });

  it("counts a row once, corrects it, and completes it", async () => {
    const predictionId = predicted(two);
    await receive({ predictionId, truth: [1, 1] });
    const again = await receive({ predictionId, truth: [1, 0], reward: [] });
    const completed = await receive({ predictionId, reward: [2], rows: [1] });
    expect([again.counts, completed.counts]).toEqual([
      { recorded: 0, corrected: 1, unchanged: 1 },
      { recorded: 0, corrected: 1, unchanged: 0 },
    ]);
    expect(await kept()).toEqual([
      [0, 1, [0.75], 1, undefined],
      [1, 0, [0.5], 1, undefined],
      [1, 0, [0.5], 0, undefined],
      [1, 0, [0.5], 0, 2],
    ]);
  });

  it("takes the rows that are named, in their order, and passes over what is not known", async () => {
    const predictionId = predicted(two);
    await receive({ predictionId, truth: [0, 1], rows: [1, 0] });
    const other = predicted(two);
    const { counts } = await receive({ predictionId: other, truth: [null, 1] });
    expect(counts).toEqual({ recorded: 1, corrected: 0, unchanged: 0 });
    expect(await kept()).toEqual([
      [1, 0, [0.5], 0, undefined],
      [0, 1, [0.75], 1, undefined],
      [1, 0, [0.5], 1, undefined],
    ]);
  });

  it.each<[string, Partial<Report>, readonly string[]]>([
    ["neither truth nor reward", {}, ["truth: expected a truth or a reward for each row"]],
    ["too few truths", { truth: [1] }, ["truth: expected 2, one for each row, got 1"]],
    [
      "too many of both",
      { truth: [1, 1, 1], reward: [1, 1, 1] },
      ["truth: expected 2, one for each row, got 3", "reward: expected 2, one for each row, got 3"],
    ],
    [
      "what is no class, and rewards that are no numbers",
      { truth: ["c", 7], reward: [Number.NaN, Number.POSITIVE_INFINITY] },
      [
        "reward[0]: expected a finite number, got NaN",
        "reward[1]: expected a finite number, got Infinity",
        'truth[0]: expected one of 0 (a), 1 (b), got "c"',
        "truth[1]: expected one of 0 (a), 1 (b), got 7",
      ],
    ],
    [
      "rows that there are not, or twice",
      { truth: [1, 1, 1], rows: [0, 2, 0] },
      ["rows[1]: the prediction has the rows 0 to 1, got 2", "rows[2]: 0 is given twice"],
    ],
  ])("refuses %s", async (_, report, violations) => {
    const failure = await refusal({ predictionId: predicted(two), ...report });
    expect(failure.violations.map(({ field, description }) => `${field}: ${description}`)).toEqual(
      violations,
    );
    expect(await kept()).toEqual([]);
  });

  it("refuses what cannot be compared, and takes its rewards", async () => {
    const other: Scoring = { kind: "other", reason: "the manifest says nothing" };
    const predictionId = predicted(two, other);
    const failure = await refusal({ predictionId, truth: [1, 1] });
    expect([failure.reason, failure.message]).toEqual([
      "PREDICTION_NOT_SCORED",
      "the prediction by version 2 of m cannot be scored: the manifest says nothing",
    ]);
    const { counts } = await receive({ predictionId, reward: [1, -1] });
    expect(counts.recorded).toBe(2);
  });

  it("refuses truth of more rows than an id holds answers of", async () => {
    const predictionId = predicted(two, binaryScoring, 20_000);
    const failure = await refusal({ predictionId, truth: [1], rows: [19_999] });
    expect([failure.reason, failure.message]).toEqual([
      "PREDICTION_NOT_SCORED",
      "the prediction by version 2 of m cannot be scored: its id does not hold the answers of its 20000 rows: predict fewer rows a call",
    ]);
  });

  it("refuses the truth of an answer that is no number", async () => {
    const rows = [{ answer: Number.NaN, scores: [] }];
    const predictionId = predicted(rows, { kind: "regression" });
    const failure = await refusal({ predictionId, truth: [1] });
    expect(failure.message).toContain("the answer for row 0 is not a finite number");
  });

  it("keeps no scores that are no numbers", async () => {
    const predictionId = predicted([{ answer: 1, scores: [Number.NaN] }]);
    await receive({ predictionId, truth: [1] });
    expect(await kept()).toEqual([[0, 1, [], 1, undefined]]);
  });

  it("refuses what is too old, by the clock and by the store", async () => {
    const predictionId = predicted(two);
    clock.time += retentionMs;
    await receive({ predictionId, truth: [1, 1] });
    clock.time += 1;
    expect((await refusal({ predictionId, truth: [1, 1] })).reason).toBe("PREDICTION_EXPIRED");
    const forgotten = predicted(two);
    await store.forget({ predictedBefore: clock.time + 1, maxRows: 100 });
    const failure = await refusal({ predictionId: forgotten, truth: [1, 1] });
    expect([failure.reason, failure.message]).toEqual([
      "PREDICTION_EXPIRED",
      "the prediction by version 2 of m was made at 1970-01-01T00:00:11.001Z: feedback on it is not taken any more",
    ]);
  });

  it("refuses an id that nobody made", async () => {
    expect((await refusal({ predictionId: "forged", truth: [1] })).reason).toBe(
      "PREDICTION_ID_INVALID",
    );
  });

  it("knows how a version that is gone was scored, by the store", async () => {
    const predictionId = predicted(two);
    await scorings.find(scorings.name(binaryScoring));
    const restarted = createFeedbackReceiver({
      ids,
      scorings: createScorings(store),
      store,
      clock,
      retentionMs,
    });
    const { counts } = await restarted.receive({
      predictionId,
      truth: ["a", "b"],
      reward: [],
      rows: [],
    });
    expect(counts.recorded).toBe(2);
  });

  it("asks to call again while nobody has told the store how a prediction is scored", async () => {
    // Its naming of the scoring has not reached the store.
    scorings = createScorings(createMemoryStore());
    const predictionId = predicted(two);
    const elsewhere = createFeedbackReceiver({
      ids,
      scorings: createScorings(store),
      store,
      clock,
      retentionMs,
    });
    await expect(
      elsewhere.receive({ predictionId, truth: [1, 1], reward: [], rows: [] }),
    ).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE", retryAfterMs: 1000 });
  });
});
