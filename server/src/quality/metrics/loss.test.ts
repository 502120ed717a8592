import { describe, expect, it } from "vitest";
import { binaryScoring, multiclassScoring } from "../../../../test/support/scorings.ts";
import type { Scoring } from "../../core/scoring.ts";
import { createLoss } from "./loss.ts";

type ClassScoring = Extract<Scoring, { kind: "binary" | "multiclass" }>;

const worst = -Math.log(Number.EPSILON);

describe("createLoss()", () => {
  const cases: [string, ClassScoring, number, number[], number, number][] = [
    ["half sure", binaryScoring, 1, [0.5], Math.LN2, 0.25],
    ["a negative row", binaryScoring, 0, [0.25], -Math.log(0.75), 0.0625],
    [
      "a positive row of the first class",
      { ...binaryScoring, positive: 0 },
      0,
      [0.25],
      -Math.log(0.25),
      0.5625,
    ],
    ["certain and right", binaryScoring, 1, [1], -Math.log(1 - Number.EPSILON), 0],
    ["certain and wrong", binaryScoring, 0, [1], worst, 1],
    ["not a number, of a negative row", binaryScoring, 0, [Number.NaN], worst, 1],
    ["three classes", multiclassScoring, 2, [0.25, 0.25, 0.5], Math.LN2, 0.375],
    ["three classes, certain and wrong", multiclassScoring, 0, [0, 0, 1], worst, 2],
    ["three classes, not a number", multiclassScoring, 0, [1, 0, Number.NaN], worst, 2],
    ["a row without probabilities as nothing", binaryScoring, 0, [], 0, 0],
  ];
  it.each(cases)("of %s", (_, scoring, truth, scores, logLoss, brierScore) => {
    const loss = createLoss(scoring);
    loss.add({ truth, answer: 0, scores });
    expect(loss.snapshot()).toEqual({ logLoss, brierScore });
  });

  it("is the mean over the rows that have probabilities", () => {
    const loss = createLoss(binaryScoring);
    loss.add({ truth: 1, answer: 1, scores: [0.5] });
    loss.add({ truth: 1, answer: 1, scores: [] });
    loss.add({ truth: 1, answer: 1, scores: [0.25] });
    expect(loss.snapshot()).toEqual({ logLoss: Math.LN2 * 1.5, brierScore: 0.40625 });
  });

  it("is 0 before any row", () => {
    expect(createLoss(binaryScoring).snapshot()).toEqual({ logLoss: 0, brierScore: 0 });
  });

  it("is undefined where scores are no probabilities", () => {
    const loss = createLoss({ ...binaryScoring, probabilities: false });
    loss.add({ truth: 1, answer: 1, scores: [7] });
    expect(loss.snapshot()).toBeUndefined();
  });
});
