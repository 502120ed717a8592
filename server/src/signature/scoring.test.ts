import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { TensorSpec } from "../core/signature.ts";
import { planScoring } from "./scoring.ts";

const inputs = [spec("x", "FP64", "N", 3)];
const label = spec("label", "INT64", "N");
const probabilities = spec("probabilities", "FP32", "N", 2);
const three = spec("probabilities", "FP64", "N", 3);
const value = spec("variable", "FP32", "N", 1);

const yesNo = "classes: [{value: 0, label: 'no'}, {value: 1, label: 'yes'}]";
const abc = "classes: [{value: 0, label: a}, {value: 1, label: b}, {value: 2, label: c}]";
const named = (...labels: string[]): object[] =>
  labels.map((text, index) => ({ value: index, label: text }));

function plan(
  outputs: readonly TensorSpec[],
  manifest?: string,
  from = inputs,
): { plan: object; problems: readonly string[] } {
  const problems: string[] = [];
  const signature = signatureOf(
    manifest === undefined ? { inputs: from, outputs } : { inputs: from, outputs, manifest },
  );
  const read = manifest === undefined ? undefined : manifestOf(manifest);
  const { scoring, answer, scores } = planScoring(signature, read, problems);
  return { plan: { scoring, answer: answer?.name, scores: scores?.name }, problems };
}

const binary = {
  kind: "binary",
  classes: named("no", "yes"),
  positive: 1,
  probabilities: false,
};

describe("planScoring()", () => {
  it.each<[string, readonly TensorSpec[], string | undefined, object]>([
    [
      "two classes",
      [label, probabilities],
      yesNo,
      { scoring: binary, answer: "label", scores: "probabilities" },
    ],
    [
      "a positive class, by its label",
      [label],
      `task: binary\npositiveClass: 'no'\n${yesNo}`,
      { scoring: { ...binary, positive: 0 }, answer: "label", scores: undefined },
    ],
    [
      "a positive class, by its value, and an output of scores",
      [label, spec("margin", "FP32", "N")],
      `task: binary\npositiveClass: 1\nscoreOutput: margin\n${yesNo}`,
      { scoring: binary, answer: "label", scores: "margin" },
    ],
    [
      "three classes",
      [label, three],
      abc,
      {
        scoring: { kind: "multiclass", classes: named("a", "b", "c"), probabilities: false },
        answer: "label",
        scores: "probabilities",
      },
    ],
    [
      "three classes whose scores are of two",
      [label, probabilities],
      abc,
      {
        scoring: { kind: "multiclass", classes: named("a", "b", "c"), probabilities: false },
        answer: "label",
        scores: undefined,
      },
    ],
    [
      "a binary task without classes",
      [label],
      "task: binary",
      { scoring: { ...binary, classes: named("", "") }, answer: "label", scores: undefined },
    ],
    [
      "a multiclass task without classes, by its scores",
      [label, three],
      "task: multiclass",
      {
        scoring: { kind: "multiclass", classes: named("", "", ""), probabilities: false },
        answer: "label",
        scores: "probabilities",
      },
    ],
    [
      "a regression",
      [label, value],
      "task: regression",
      { scoring: { kind: "regression" }, answer: "variable", scores: undefined },
    ],
    [
      "a regression by an output of integers",
      [label, value],
      "task: regression\npredictionOutput: label",
      { scoring: { kind: "regression" }, answer: "label", scores: undefined },
    ],
  ])("scores %s", (_, outputs, manifest, expected) => {
    expect(plan(outputs, manifest)).toEqual({ plan: expected, problems: [] });
  });

  it.each<[string, readonly TensorSpec[], string | undefined]>([
    ["the manifest says neither its task nor its classes", [label, probabilities], undefined],
    ["the manifest says that its task is `other`", [label], "task: other"],
    ["the manifest does not list its `classes`", [label], "task: multiclass"],
    ["the manifest does not list its `classes`", [spec("label", "STRING", "N")], "task: binary"],
    [
      "no output answers one class for each row",
      [spec("label", "INT64", "N", 4)],
      `task: binary\n${yesNo}`,
    ],
    ["no output answers one number for each row", [three], "task: regression"],
  ])("says why nothing is compared: %s", (reason, outputs, manifest) => {
    expect(plan(outputs, manifest)).toEqual({
      plan: { scoring: { kind: "other", reason }, answer: undefined, scores: undefined },
      problems: [],
    });
  });

  it.each<[string, string]>([
    ["classes: expected two, as the task is binary, got 3", `task: binary\n${abc}`],
    ['positiveClass: expected one of "no", "yes", got "maybe"', `positiveClass: maybe\n${yesNo}`],
    ["positiveClass: not used by a model of this task", `positiveClass: 1\n${abc}`],
    ["predictionOutput: not used by a model of this task", `predictionOutput: label\n${yesNo}`],
    ["scoreOutput: not used by a model of this task", "task: regression\nscoreOutput: label"],
    [
      "predictionOutput: expected an output of one number a row, got nothing",
      "task: regression\npredictionOutput: nothing",
    ],
    [
      "scoreOutput: expected an output of FP32 or FP64 with 1 to 64 columns, got label",
      `scoreOutput: label\n${yesNo}`,
    ],
  ])("tells of %s", (problem, manifest) => {
    expect(plan([label, value], manifest).problems).toEqual([problem]);
  });

  it("scores a request that is one row, whole", () => {
    const whole = [spec("x", "FP32", 3)];
    const outputs = [spec("label", "INT64", 1), spec("scores", "FP32", 2)];
    expect(plan(outputs, yesNo, whole)).toEqual({
      plan: { scoring: binary, answer: "label", scores: "scores" },
      problems: [],
    });
  });
});
