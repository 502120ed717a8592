import { describe, expect, it } from "vitest";
import { binaryScoring } from "../../../../test/support/scorings.ts";
import { createConfusion } from "./confusion.ts";

const nothing = {
  truePositives: 0,
  falsePositives: 0,
  falseNegatives: 0,
  trueNegatives: 0,
  accuracy: 0,
  precision: 0,
  recall: 0,
  f1Score: 0,
  specificity: 0,
  matthewsCorrelation: 0,
};

describe("createConfusion()", () => {
  const cases: [string, number, (readonly [truth: number, answer: number])[], object][] = [
    ["nothing as zeros", 1, [], nothing],
    [
      "a true negative, with what cannot be computed as 0",
      1,
      [[0, 0]],
      { ...nothing, trueNegatives: 1, accuracy: 1, specificity: 1 },
    ],
    ["a false positive", 1, [[0, 1]], { ...nothing, falsePositives: 1 }],
    ["a false negative", 1, [[1, 0]], { ...nothing, falseNegatives: 1 }],
    [
      "the first class as positive, where it is",
      0,
      [[0, 0]],
      { ...nothing, truePositives: 1, accuracy: 1, precision: 1, recall: 1, f1Score: 1 },
    ],
    [
      "an answer that is neither class as wrong, of a positive row",
      1,
      [[1, 2]],
      { ...nothing, falseNegatives: 1 },
    ],
    [
      "an answer that is neither class as wrong, of a negative row",
      1,
      [[0, 2]],
      { ...nothing, falsePositives: 1 },
    ],
    [
      "one of each",
      1,
      [
        [1, 1],
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      {
        truePositives: 1,
        falsePositives: 1,
        falseNegatives: 1,
        trueNegatives: 1,
        accuracy: 0.5,
        precision: 0.5,
        recall: 0.5,
        f1Score: 0.5,
        specificity: 0.5,
        matthewsCorrelation: 0,
      },
    ],
  ];
  it.each(cases)("counts %s", (_, positive, rows, expected) => {
    const confusion = createConfusion({ ...binaryScoring, positive });
    for (const [truth, answer] of rows) confusion.add({ truth, answer, scores: [] });
    expect(confusion.snapshot()).toEqual(expected);
  });
});
