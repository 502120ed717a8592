import { describe, expect, it } from "vitest";
import { binaryScoring } from "../../../../test/support/scorings.ts";
import { createRanking } from "./ranking.ts";

const scores = { ...binaryScoring, probabilities: false };

/** Different scores from -300 to 300; the rows of odd ones are positive. */
const many = Array.from({ length: 6000 }, (_, index) => ({
  truth: index % 2,
  answer: 0,
  scores: [index / 10 - 300 + (index % 2) * 60],
}));

describe("createRanking()", () => {
  const cases: [string, (readonly [truth: number, score: number])[], number][] = [
    [
      "positive rows above",
      [
        [0, 0.1],
        [1, 0.9],
      ],
      1,
    ],
    [
      "positive rows below",
      [
        [0, 0.9],
        [1, 0.1],
      ],
      0,
    ],
    [
      "ties as halves",
      [
        [0, 0.5],
        [1, 0.5],
      ],
      0.5,
    ],
    [
      "some of both",
      [
        [0, 0.1],
        [1, 0.5],
        [0, 0.5],
        [1, 0.9],
      ],
      0.875,
    ],
    [
      "a score that is no number as the lowest",
      [
        [1, Number.NaN],
        [0, -Infinity],
        [0, 0],
      ],
      1 / 4,
    ],
    [
      "infinite scores",
      [
        [1, Infinity],
        [0, -Infinity],
      ],
      1,
    ],
    [
      "rows of one class as 0",
      [
        [1, 0.5],
        [1, 0.9],
      ],
      0,
    ],
  ];
  it.each(cases)("ranks %s", (_, rows, expected) => {
    const ranking = createRanking(scores);
    for (const [truth, score] of rows) ranking.add({ truth, answer: 0, scores: [score] });
    expect(ranking.snapshot()).toBe(expected);
  });

  it("is undefined before any score, unless probabilities are promised", () => {
    expect(createRanking(scores).snapshot()).toBeUndefined();
    expect(createRanking(binaryScoring).snapshot()).toBe(0);
  });

  it("passes over rows without a score", () => {
    const ranking = createRanking(scores);
    ranking.add({ truth: 1, answer: 1, scores: [] });
    expect(ranking.snapshot()).toBeUndefined();
  });

  it("keeps each of 4096 scores apart, and bins from the next one on", () => {
    const ranking = createRanking(scores);
    for (const row of many.slice(0, 4096)) ranking.add(row);
    expect(ranking.save().binned).toBe(false);
    expect(ranking.save().rows).toHaveLength(4096);
    ranking.add({ truth: 1, answer: 0, scores: [1e9] });
    expect(ranking.save().binned).toBe(true);
    expect(ranking.save().rows.length).toBeLessThan(4096);
  });

  it("bins the same whether rows were added before, after, or elsewhere", () => {
    const inOrder = createRanking(scores);
    for (const row of many) inOrder.add(row);
    const backwards = createRanking(scores);
    for (const row of many.slice(100).toReversed()) backwards.add(row);
    const few = createRanking(scores);
    for (const row of many.slice(0, 100)) few.add(row);
    few.merge(backwards.save());
    backwards.merge(few.save());
    for (const row of many.slice(100)) backwards.takeBack(row);
    const later = createRanking(scores);
    for (const row of many.slice(100)) later.add(row);
    const early = createRanking(scores);
    for (const row of many.slice(0, 100)) early.add(row);
    later.merge(early.save());
    const area = inOrder.snapshot();
    expect(later.snapshot()).toBe(area);
    expect(few.snapshot()).toBe(area);
    expect(backwards.snapshot()).toBe(area);
  });

  it("tells probabilities near 1 apart when it bins", () => {
    const ranking = createRanking(binaryScoring);
    for (let score = 0.1; score < 0.6; score += 1e-4) {
      ranking.add({ truth: 0, answer: 0, scores: [score] });
    }
    ranking.add({ truth: 0, answer: 0, scores: [1 - 1e-6] });
    ranking.add({ truth: 1, answer: 0, scores: [1 - 1e-7] });
    expect(ranking.save().binned).toBe(true);
    expect(ranking.snapshot()).toBe(1);
  });
});
