import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createMemoryStore } from "../../../test/support/memory-store.ts";
import { binaryScoring } from "../../../test/support/scorings.ts";
import { spec } from "../../../test/support/signatures.ts";
import { ServingError } from "../core/errors.ts";
import type { Feeds } from "../core/feeds.ts";
import type { Tensor } from "../core/tensor.ts";
import { createPredictionIds } from "../feedback/prediction-id.ts";
import { createScorings } from "../feedback/scorings.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Routed } from "../routing/router.ts";
import { createAnswerReader } from "../signature/answer-reader.ts";
import { type AnsweredCall, createRecorder, type Recorder } from "./recorder.ts";

const period = 5 * 60 * 1000;
const clock = { now: () => 3 * period + 1234 };
const label = spec("label", "INT64", "N");
const routed: Routed = { version: 2n, route: { policy: "stable", reason: "", alias: "stable" } };
const other: Routed = { version: 2n, route: { policy: "requested", reason: "", alias: "" } };

function versionOf(): LoadedVersion {
  const plan = { scoring: binaryScoring, answer: label, scores: undefined };
  return { scoring: binaryScoring, answers: createAnswerReader(plan) } as LoadedVersion;
}

function feedsOf(rowCount: number): Feeds {
  return { rowCount, tensors: [] };
}

function labels(...values: number[]): readonly Tensor[] {
  const data = BigInt64Array.from(values, BigInt);
  return [{ name: "label", dataType: "INT64", shape: [values.length], data }];
}

function callOf(loaded: LoadedVersion, parts: Partial<AnsweredCall> = {}): AnsweredCall {
  return { model: "m", loaded, routed, feeds: feedsOf(2), outputs: labels(1, 0), ...parts };
}

function arrange(failures: unknown[] = []) {
  const store = createMemoryStore();
  const ids = createPredictionIds(clock);
  ids.useKey(randomBytes(32));
  const faults: unknown[] = [];
  const observed: string[] = [];
  const recorder: Recorder = createRecorder({
    ids,
    scorings: createScorings(store),
    store: {
      async addPredictions(counts) {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        await store.addPredictions(counts);
      },
    },
    clock,
    observerOf: (model, version) => ({
      observe: ({ rowCount }) => observed.push(`${model} ${version}: ${rowCount}`),
    }),
    reportFault: (fault) => faults.push(fault),
  });
  return { store, ids, recorder, faults, observed };
}

describe("createRecorder()", () => {
  it("seals what was answered, by which version, and how the call came to it", () => {
    const { ids, recorder } = arrange();
    const { slice, rowCount, answerOf, predictedAt } = ids.read(
      recorder.record(callOf(versionOf())),
    );
    expect(slice).toMatchObject({ model: "m", version: "2", policy: "stable", alias: "stable" });
    expect([rowCount, predictedAt]).toEqual([2, clock.now()]);
    expect([answerOf?.(0), answerOf?.(1)]).toEqual([
      { answer: 1, scores: [] },
      { answer: 0, scores: [] },
    ]);
  });

  it("seals no answers where the outputs lack them", () => {
    const { ids, recorder } = arrange();
    const id = recorder.record(callOf(versionOf(), { outputs: [] }));
    expect(ids.read(id)).toMatchObject({ rowCount: 2, answerOf: undefined });
  });

  it("shows every call to the observer of its version", () => {
    const { recorder, observed } = arrange();
    const loaded = versionOf();
    recorder.record(callOf(loaded));
    recorder.record(callOf(loaded, { feeds: feedsOf(5), model: "m" }));
    expect(observed).toEqual(["m 2: 2", "m 2: 5"]);
  });

  it("counts rows by how calls came, and gives each count once", async () => {
    const { store, recorder } = arrange();
    const loaded = versionOf();
    recorder.record(callOf(loaded));
    recorder.record(callOf(loaded, { feeds: feedsOf(3) }));
    recorder.record(callOf(loaded, { routed: other, feeds: feedsOf(7) }));
    await recorder.flush();
    await recorder.flush();
    const counts = await store.readPredictions("m");
    expect(counts.map(({ slice, rows }) => [slice.policy, rows])).toEqual([
      ["stable", 5],
      ["requested", 7],
    ]);
    expect(await store.readPredictions("m", 3 * period + 1)).toEqual([]);
  });

  it("gives counts again that the store did not take", async () => {
    const away = new ServingError("STORE_UNAVAILABLE", "away");
    const { store, recorder } = arrange([away]);
    const loaded = versionOf();
    recorder.record(callOf(loaded));
    await expect(recorder.flush()).rejects.toBe(away);
    recorder.record(callOf(loaded));
    await recorder.flush();
    expect((await store.readPredictions("m")).map(({ rows }) => rows)).toEqual([4]);
  });

  it("answers a call whose recording failed, and reports the fault", () => {
    const { ids, recorder, faults } = arrange();
    const fault = new Error("broken");
    const loaded = versionOf();
    const broken = {
      ...loaded,
      get answers(): never {
        throw fault;
      },
    };
    const id = recorder.record(callOf(broken));
    expect(faults).toEqual([fault]);
    expect(() => ids.read(id)).toThrow("without a store of feedback");
  });
});
