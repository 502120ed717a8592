import { describe, expect, it } from "vitest";
import { createErrors, type RegressionMetrics } from "./errors.ts";

const nothing: RegressionMetrics = {
  meanAbsoluteError: 0,
  rootMeanSquaredError: 0,
  rSquared: 0,
  meanAbsolutePercentageError: 0,
  bias: 0,
};
const infinite: RegressionMetrics = {
  meanAbsoluteError: Infinity,
  rootMeanSquaredError: Infinity,
  rSquared: 0,
  meanAbsolutePercentageError: Infinity,
  bias: Infinity,
};

describe("createErrors()", () => {
  const cases: [string, (readonly [truth: number, answer: number])[], RegressionMetrics][] = [
    ["nothing", [], nothing],
    ["a right answer", [[5, 5]], nothing],
    [
      "truth that does not vary, with R² as 0",
      [
        [2, 3],
        [2, 3],
      ],
      {
        ...nothing,
        meanAbsoluteError: 1,
        rootMeanSquaredError: 1,
        meanAbsolutePercentageError: 0.5,
        bias: 1,
      },
    ],
    [
      "errors to both sides",
      [
        [1, 2],
        [4, 1],
      ],
      {
        meanAbsoluteError: 2,
        rootMeanSquaredError: Math.sqrt(5),
        rSquared: 1 - 10 / 4.5,
        meanAbsolutePercentageError: 0.875,
        bias: -1,
      },
    ],
    [
      "truth far from 0",
      [
        [1e9, 1e9 + 1],
        [1e9 + 2, 1e9 + 2],
      ],
      {
        meanAbsoluteError: 0.5,
        rootMeanSquaredError: Math.sqrt(0.5),
        rSquared: 0.5,
        meanAbsolutePercentageError: 0.5e-9,
        bias: 0.5,
      },
    ],
    [
      "a truth of 0 by the least share, as scikit-learn does",
      [[0, 1]],
      {
        ...nothing,
        meanAbsoluteError: 1,
        rootMeanSquaredError: 1,
        meanAbsolutePercentageError: 2 ** 52,
        bias: 1,
      },
    ],
    ["an answer that is no number as infinitely wrong", [[1, Number.NaN]], infinite],
    [
      "it without R² where the truth is too large to square",
      [
        [-1e300, 0],
        [0, 0],
      ],
      { ...infinite, meanAbsolutePercentageError: 0.5 },
    ],
  ];
  it.each(cases)("computes of %s", (_, rows, expected) => {
    const errors = createErrors();
    for (const [truth, answer] of rows) errors.add({ truth, answer, scores: [] });
    expect(errors.snapshot()).toEqual(expected);
  });

  it("forgets an infinitely wrong answer that is taken back", () => {
    const errors = createErrors();
    const wrong = { truth: 1, answer: Number.NaN, scores: [] };
    errors.add(wrong);
    errors.add({ truth: 1, answer: 2, scores: [] });
    errors.takeBack(wrong);
    expect(errors.snapshot()).toEqual({
      ...nothing,
      meanAbsoluteError: 1,
      rootMeanSquaredError: 1,
      meanAbsolutePercentageError: 1,
      bias: 1,
    });
  });
});
