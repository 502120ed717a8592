import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import { binaryScoring } from "../../../test/support/scorings.ts";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import { ServingError } from "../core/errors.ts";
import type { FeedbackStore } from "../feedback/store.ts";
import { defaultDriftOptions } from "../quality/drift/options.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Manager } from "../repository/manager.ts";
import type { Routed } from "../routing/router.ts";
import { createAnswerReader } from "../signature/answer-reader.ts";
import type { FeedbackPlane } from "./feedback-plane.ts";
import { createStoredFeedback } from "./stored-feedback.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const label = spec("label", "INT64", "N");
const loaded = {
  signature: signatureOf({ inputs: [spec("x", "FP32", "N", 1)], outputs: [label] }),
  scoring: binaryScoring,
  answers: createAnswerReader({ scoring: binaryScoring, answer: label, scores: undefined }),
  drift: { options: defaultDriftOptions, reference: undefined },
} as LoadedVersion;
const routed: Routed = { version: 1n, route: { policy: "latest", reason: "", alias: "" } };
const routing = { model: "m", aliases: new Map(), versions: [{ version: 1n, isReady: true }] };
const manager = {
  routing: () => routing,
  acquire: () => ({ loaded, release: () => {} }),
} as unknown as Manager;

const hour = 3_600_000;

function planeOf(store: FeedbackStore, lines: string[] = []): FeedbackPlane {
  return createStoredFeedback({
    store,
    manager,
    clock: { now: () => Date.now() },
    retentionMs: hour,
    maxRows: 1000,
    log: (_level, line) => lines.push(line),
    reportFault: (fault) => {
      throw fault;
    },
  });
}

/** Predicts a row of class 1. */
function predict({ recorder }: FeedbackPlane): string {
  return recorder.record({
    model: "m",
    loaded,
    routed,
    feeds: {
      rowCount: 1,
      tensors: [{ name: "x", dataType: "FP32", shape: [1, 1], data: Float32Array.of(1) }],
    },
    outputs: [{ name: "label", dataType: "INT64", shape: [1], data: BigInt64Array.of(1n) }],
  });
}

const query = {
  model: "m",
  version: "",
  alias: undefined,
  policy: undefined,
  groupBy: ["version"],
  window: { kind: "all" },
  history: undefined,
} as const;

const truth = { truth: [1], reward: [], rows: [] };

describe("createStoredFeedback()", () => {
  it("forgets rows past their time, and keeps them in the metrics, also those of a new process", async () => {
    const store = createMemoryStore();
    const plane = planeOf(store);
    await plane.start();
    const predictionId = predict(plane);
    await plane.receive({ predictionId, ...truth });
    await vi.advanceTimersByTimeAsync(hour + 700_000);
    const { rows } = await store.readRows({
      model: "m",
      version: undefined,
      since: 0,
      before: Number.POSITIVE_INFINITY,
      limit: 10,
    });
    expect(rows).toEqual([]);
    await expect(plane.receive({ predictionId, ...truth })).rejects.toMatchObject({
      reason: "PREDICTION_EXPIRED",
    });
    const restarted = planeOf(store);
    for (const each of [plane, restarted]) {
      const { groups } = await each.metrics(query);
      expect(groups.map(({ quality, predictions }) => [quality.samples, predictions])).toEqual([
        [1, 1],
      ]);
    }
  });

  it("gives what was counted to the store every ten seconds, and at its end", async () => {
    const store = createMemoryStore();
    const plane = planeOf(store);
    await plane.start();
    const predicted = async (): Promise<number> =>
      (await store.readPredictions("m")).reduce((sum, { rows }) => sum + rows, 0);
    predict(plane);
    expect(await predicted()).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await predicted()).toBe(1);
    predict(plane);
    await plane.close();
    expect(await predicted()).toBe(2);
  });

  it("has one key for all processes of a store", async () => {
    const store = createMemoryStore();
    const [one, other] = [planeOf(store), planeOf(store)];
    await Promise.all([one.start(), other.start()]);
    const { counts } = await other.receive({ predictionId: predict(one), ...truth });
    expect(counts.recorded).toBe(1);
  });

  it("takes feedback once a store that was away at the start is there", async () => {
    const store = createMemoryStore();
    let away = true;
    const coming: FeedbackStore = {
      ...store,
      keepDocument: async (...document) => {
        if (away) throw new ServingError("STORE_UNAVAILABLE", "the store is away");
        return store.keepDocument(...document);
      },
    };
    const lines: string[] = [];
    const plane = planeOf(coming, lines);
    await plane.start();
    const early = predict(plane);
    await expect(plane.receive({ predictionId: early, ...truth })).rejects.toMatchObject({
      reason: "PREDICTION_NOT_SCORED",
    });
    away = false;
    await vi.advanceTimersByTimeAsync(1000);
    const { counts } = await plane.receive({ predictionId: predict(plane), ...truth });
    expect(counts.recorded).toBe(1);
    expect(lines).toEqual([
      "no feedback is taken for now: the store is away",
      "feedback is taken again",
    ]);
  });

  it("tells something new whenever there is", async () => {
    const plane = planeOf(createMemoryStore());
    await plane.start();
    const told = [await plane.revision(query), await plane.revision(query)];
    const predictionId = predict(plane);
    told.push(await plane.revision(query));
    await plane.receive({ predictionId, ...truth });
    told.push(await plane.revision(query));
    expect(told[1]).toBe(told[0]);
    expect(new Set(told).size).toBe(3);
  });
});
