import { describe, expect, it } from "vitest";
import type { Scoring } from "../core/scoring.ts";
import { readTruth } from "./truth.ts";

const binary: Scoring = {
  kind: "binary",
  classes: [
    { value: 2, label: "benign" },
    { value: 4, label: "malignant" },
  ],
  positive: 1,
  probabilities: true,
};
const counted: Scoring = {
  kind: "multiclass",
  classes: Array.from({ length: 30 }, (_, value) => ({ value, label: "" })),
  probabilities: false,
};
const texts: Scoring = {
  ...binary,
  classes: [
    { value: "no", label: "" },
    { value: "yes", label: "" },
  ],
};
const regression: Scoring = { kind: "regression" };

describe("readTruth()", () => {
  it.each([
    [2, binary, 0],
    [4n, binary, 1],
    ["malignant", binary, 1],
    ["yes", texts, 1],
    [true, counted, 1],
    [false, counted, 0],
    [29, counted, 29],
    [-1.5, regression, -1.5],
    [12n, regression, 12],
  ])("takes %s", (value, scoring, truth) => {
    expect(readTruth(value, scoring)).toEqual({ kind: "ok", truth });
  });

  it.each([binary, counted, regression])("takes null for what is not known", (scoring) => {
    expect(readTruth(null, scoring)).toEqual({ kind: "ok", truth: undefined });
  });

  it.each([
    [0, binary, "one of 2 (benign), 4 (malignant)"],
    ["2", binary, "one of 2 (benign), 4 (malignant)"],
    [
      "",
      counted,
      `one of ${Array.from({ length: 20 }, (_, value) => value).join(", ")} and 10 more`,
    ],
    ["maybe", texts, 'one of "no", "yes"'],
    ["12", regression, "a finite number"],
    [Number.NaN, regression, "a finite number"],
    [Number.POSITIVE_INFINITY, regression, "a finite number"],
    [[1], regression, "a finite number"],
    [true, regression, "a finite number"],
  ])("does not take %s", (value, scoring, expected) => {
    expect(readTruth(value, scoring)).toEqual({ kind: "wrong", expected });
  });
});
