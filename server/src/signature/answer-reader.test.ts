import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { AnswerReader } from "../core/scoring.ts";
import type { TensorSpec } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";
import { createAnswerReader, seenAsProbabilities } from "./answer-reader.ts";
import { planScoring, type ScoringPlan } from "./scoring.ts";

const label = spec("label", "INT64", "N");
const yesNo = "classes: [{value: 0, label: 'no'}, {value: 1, label: 'yes'}]";

function planOf(outputs: readonly TensorSpec[], manifest: string): ScoringPlan {
  const signature = signatureOf({ inputs: [spec("x", "FP64", "N", 3)], outputs, manifest });
  return planScoring(signature, manifestOf(manifest), []);
}

function readerOf(outputs: readonly TensorSpec[], manifest: string): AnswerReader {
  const reader = createAnswerReader(planOf(outputs, manifest));
  if (reader === undefined) throw new Error("nothing is read");
  return reader;
}

function labels(...values: number[]): Tensor {
  const data = BigInt64Array.from(values, BigInt);
  return { name: "label", dataType: "INT64", shape: [values.length], data };
}

function scores(columns: number, ...values: number[]): Tensor {
  const shape = [values.length / columns, columns];
  return { name: "scores", dataType: "FP32", shape, data: Float32Array.from(values) };
}

describe("createAnswerReader()", () => {
  it("reads each row's class and the positive class's score", () => {
    const reader = readerOf([label, spec("scores", "FP32", "N", 2)], yesNo);
    expect([reader.outputs, reader.scoreCount, reader.precision]).toEqual([
      ["label", "scores"],
      1,
      "single",
    ]);
    expect(reader.turnTo([scores(2, 0.75, 0.25, 0.5, 0.5), labels(0, 1)], 2)).toBe(true);
    expect([reader.answer(0), reader.answer(1)]).toEqual([0, 1]);
    expect([reader.score(0, 0), reader.score(1, 0)]).toEqual([0.25, 0.5]);
  });

  it("takes an answer that is none of the classes for one more class", () => {
    const reader = readerOf([label], yesNo);
    reader.turnTo([labels(7)], 1);
    expect(reader.answer(0)).toBe(2);
  });

  it("reads classes that are text", () => {
    const manifest = "classes: [{value: cat, label: Cat}, {value: dog, label: Dog}]";
    const reader = readerOf([spec("label", "STRING", "N")], manifest);
    reader.turnTo([{ name: "label", dataType: "STRING", shape: [2], data: ["dog", "cow"] }], 2);
    expect([reader.answer(0), reader.answer(1)]).toEqual([1, 2]);
  });

  it("turns a single column round where the other class is the positive one", () => {
    const outputs = [label, spec("scores", "FP32", "N", 1)];
    const manifest = `positiveClass: 0\n${yesNo}`;
    const plan = planOf(outputs, manifest);
    const run = [labels(1), scores(1, 0.75)];
    const probable = createAnswerReader(seenAsProbabilities(plan, [run]));
    const other = createAnswerReader(plan);
    expect([probable?.turnTo(run, 1), other?.turnTo(run, 1)]).toEqual([true, true]);
    expect([probable?.score(0, 0), other?.score(0, 0)]).toEqual([0.25, -0.75]);
  });

  it("reads every class's score where there are more than two", () => {
    const manifest = "task: multiclass";
    const reader = readerOf([label, spec("scores", "FP32", "N", 3)], manifest);
    reader.turnTo([labels(2, 0), scores(3, 0, 0.25, 0.75, 1, 0, 0)], 2);
    expect(reader.scoreCount).toBe(3);
    expect([0, 1, 2].map((index) => reader.score(0, index))).toEqual([0, 0.25, 0.75]);
    expect([0, 1, 2].map((index) => reader.score(1, index))).toEqual([1, 0, 0]);
  });

  it("reads a regression's numbers, as precise as they are", () => {
    const reader = readerOf([spec("variable", "FP64", "N", 1)], "task: regression");
    const data = Float64Array.of(1 / 3);
    reader.turnTo([{ name: "variable", dataType: "FP64", shape: [1, 1], data }], 1);
    expect([reader.precision, reader.scoreCount, reader.answer(0)]).toEqual(["double", 0, 1 / 3]);
  });

  it("does not turn to outputs that lack what it reads", () => {
    const reader = readerOf([label, spec("scores", "FP32", "N", 2)], yesNo);
    expect(reader.turnTo([labels(0)], 1)).toBe(false);
    expect(reader.turnTo([scores(2, 0, 1)], 1)).toBe(false);
    expect(reader.turnTo([labels(0, 1), scores(2, 0, 1)], 1)).toBe(false);
  });

  it("reads nothing where nothing is compared", () => {
    expect(createAnswerReader(planOf([label], "task: other"))).toBeUndefined();
  });
});

describe("seenAsProbabilities()", () => {
  const plan = planOf([label, spec("scores", "FP32", "N", 2)], yesNo);
  it.each([
    ["rows that add up to 1", [scores(2, 0.25, 0.75, 1, 0)], true],
    ["distances from a border", [scores(2, -3, 3)], false],
    ["rows that add up to something else", [scores(2, 0.25, 0.5)], false],
    ["a run that is one, and one that is not", [scores(2, 0, 1), scores(2, 0.5, 0.4)], false],
    ["no run at all", [], false],
  ])("looks at %s", (_, runs, probabilities) => {
    const seen = seenAsProbabilities(
      plan,
      runs.map((run) => [run]),
    );
    expect(seen.scoring).toMatchObject({ probabilities });
  });
});
