import { describe, expect, it } from "vitest";
import { multiclassScoring } from "../../../../test/support/scorings.ts";
import { createClassTable } from "./class-table.ts";

const none = { precision: 0, recall: 0, f1Score: 0 };

describe("createClassTable()", () => {
  it("is all zeros before any row", () => {
    const empty = { ...none, support: 0, answered: [0, 0, 0, 0] };
    expect(createClassTable(multiclassScoring).snapshot()).toEqual({
      accuracy: 0,
      matthewsCorrelation: 0,
      classes: [empty, empty, empty],
      macro: none,
      micro: none,
      weighted: none,
    });
  });

  it("counts rows by truth and answer, with answers that are none of the classes last", () => {
    const table = createClassTable(multiclassScoring);
    for (const [truth, answer] of [
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 3],
      [1, 1],
    ] as const) {
      table.add({ truth, answer, scores: [] });
    }
    expect(table.snapshot()).toEqual({
      accuracy: 3 / 5,
      matthewsCorrelation: (3 * 5 - 10) / (Math.sqrt(25 - 17) * Math.sqrt(25 - 9)),
      classes: [
        { precision: 1, recall: 0.5, f1Score: 1 / 1.5, support: 4, answered: [2, 1, 0, 1] },
        { precision: 0.5, recall: 1, f1Score: 1 / 1.5, support: 1, answered: [0, 1, 0, 0] },
        { ...none, support: 0, answered: [0, 0, 0, 0] },
      ],
      macro: { precision: 0.5, recall: 0.5, f1Score: (1 / 1.5 + 1 / 1.5) / 3 },
      micro: { precision: 3 / 4, recall: 3 / 5, f1Score: (2 * 0.75 * 0.6) / (0.75 + 0.6) },
      weighted: { precision: 0.9, recall: 0.6, f1Score: 1 / 1.5 },
    });
  });
});
