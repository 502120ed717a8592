import { describe, expect, it } from "vitest";
import { checkEqual, checkRows, checkTensors } from "./expected.ts";

const question = {
  rows: [[1], [2]],
  outputs: {
    label: [0, 1],
    scores: [
      [0.25, 0.75],
      [0.5, 0.5],
    ],
  },
  tolerance: 1e-6,
};

describe("checkRows()", () => {
  const right = [
    { label: 0, scores: [0.25, 0.75], class: "a" },
    { label: 1, scores: [0.5, 0.500_000_1] },
  ];

  it.each([
    { name: "numbers within the tolerance", rows: right },
    {
      name: "integers as JSON's texts",
      rows: right.map((row) => ({ ...row, label: String(row.label) })),
    },
    {
      name: "integers as bigints",
      rows: right.map((row) => ({ ...row, label: BigInt(row.label) })),
    },
  ])("takes $name", ({ rows }) => {
    expect(() => checkRows(question, rows)).not.toThrow();
  });

  it.each([
    { rows: right.slice(1), reason: "1 rows answered instead of 2" },
    { rows: right.toReversed(), reason: "label is 1 instead of 0" },
    {
      rows: [right[0], { label: 1, scores: [0.6, 0.4] }],
      reason: "scores is 0.6, 0.4 instead of 0.5, 0.5",
    },
    { rows: [right[0], { label: 1, scores: [0.5] }], reason: "scores is 0.5 instead of 0.5, 0.5" },
    { rows: [right[0], { label: null, scores: [0.5, 0.5] }], reason: "label is null instead of 1" },
    { rows: [{ scores: [0.25, 0.75] }, right[1]], reason: "label is undefined instead of 0" },
  ])("says: $reason", ({ rows, reason }) => {
    expect(() => checkRows(question, rows as never)).toThrow(reason);
  });
});

describe("checkTensors()", () => {
  const label = { data: BigInt64Array.of(0n, 1n) };

  it("takes the outputs row after row", () => {
    const scores = { data: Float64Array.of(0.25, 0.75, 0.5, 0.5) };
    expect(() => checkTensors(question, { label, scores })).not.toThrow();
  });

  it.each([
    { tensors: { label }, reason: "scores is  instead of 0.25, 0.75, 0.5, 0.5" },
    {
      tensors: { label, scores: { data: Float64Array.of(0.5, 0.5, 0.25, 0.75, 1) } },
      reason: "scores is 0.5, 0.5, 0.25, 0.75, … instead of 0.25, 0.75, 0.5, 0.5",
    },
  ])("says: $reason", ({ tensors, reason }) => {
    expect(() => checkTensors(question, tensors)).toThrow(reason);
  });
});

describe("checkEqual()", () => {
  it("says what something is instead of what it must be", () => {
    expect(() => checkEqual("status", 200, 200)).not.toThrow();
    expect(() => checkEqual("status", 500, 200)).toThrow("status is 500 instead of 200");
  });
});
