import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryScoring, multiclassScoring } from "../../../test/support/scorings.ts";
import type { Scoring } from "../core/scoring.ts";
import type { Accumulator, ScoredRow } from "./accumulator.ts";
import { type AnswerMetrics, createAccumulator } from "./metric-index.ts";

const probability = fc.double({ min: 0, max: 1, noNaN: true });
const number = fc.oneof(
  fc.double({ min: -1e3, max: 1e3, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any row of a scoring; one in some has no scores, or an answer that is none of the classes. */
function anyRow(scoring: Scoring): fc.Arbitrary<ScoredRow> {
  if (scoring.kind === "regression") {
    return fc.record({ truth: number, answer: number, scores: fc.constant([]) });
  }
  const classes = scoring.kind === "other" ? 1 : scoring.classes.length;
  const count = scoring.kind === "binary" ? 1 : classes;
  return fc.record({
    truth: fc.nat(classes - 1),
    answer: fc.nat(classes),
    scores: fc.oneof(
      fc.constant([]),
      fc.array(probability, { minLength: count, maxLength: count }),
    ),
  });
}

const scorings: [string, Scoring][] = [
  ["binary", binaryScoring],
  ["binary, with scores", { ...binaryScoring, probabilities: false }],
  ["multiclass", multiclassScoring],
  ["regression", { kind: "regression" }],
  ["other", { kind: "other", reason: "its output is an image" }],
];

/** What is done with an accumulator, one of three: each row is added to one, and taken back by any. */
type Step = readonly [accumulator: number, what: "add" | "takeBack", row: ScoredRow];

/** Rows that are added, of which some are taken back, in any order and anywhere. */
function anySteps(scoring: Scoring): fc.Arbitrary<{ kept: ScoredRow[]; steps: Step[] }> {
  const place = fc.nat(2);
  const kept = fc.array(fc.record({ row: anyRow(scoring), on: place }), { maxLength: 30 });
  const gone = fc.array(fc.record({ row: anyRow(scoring), on: place, off: place }), {
    maxLength: 30,
  });
  return fc.tuple(kept, gone).chain(([stays, goes]) => {
    const steps: Step[] = [
      ...stays.map(({ row, on }): Step => [on, "add", row]),
      ...goes.map(({ row, on }): Step => [on, "add", row]),
      ...goes.map(({ row, off }): Step => [off, "takeBack", row]),
    ];
    return fc
      .shuffledSubarray(steps, { minLength: steps.length })
      .map((shuffled) => ({ kept: stays.map(({ row }) => row), steps: shuffled }));
  });
}

function countOf(scoring: Scoring, rows: readonly ScoredRow[]): AnswerMetrics {
  const accumulator = createAccumulator(scoring);
  for (const row of rows) accumulator.add(row);
  return accumulator.snapshot();
}

describe("createAccumulator()", () => {
  it.each(scorings)("counts %s the same in every order, taken back and merged", (_, scoring) => {
    fc.assert(
      fc.property(anySteps(scoring), fc.nat(2), ({ kept, steps }, last) => {
        const accumulators = [0, 1, 2].map(() => createAccumulator(scoring));
        for (const [index, what, row] of steps) accumulators[index]?.[what](row);
        const [whole, ...others] = [...accumulators.slice(last), ...accumulators.slice(0, last)];
        for (const other of others) whole?.merge(other.save());
        expect(whole?.snapshot()).toEqual(countOf(scoring, kept));
      }),
    );
  });

  it.each(scorings)("is the same after a way through JSON, for %s", (_, scoring) => {
    fc.assert(
      fc.property(fc.array(anyRow(scoring)), (rows) => {
        const saved: Accumulator<ScoredRow, AnswerMetrics> = createAccumulator(scoring);
        for (const row of rows) saved.add(row);
        const restored = createAccumulator(scoring);
        restored.merge(JSON.parse(JSON.stringify(saved.save())));
        expect(restored.snapshot()).toEqual(saved.snapshot());
      }),
    );
  });

  it.each(scorings)("has no NaN in %s, whatever is answered", (_, scoring) => {
    const odd = fc.constantFrom(0, -0, Infinity, -Infinity, Number.NaN, 1e308, 5e-324);
    const rows = anyRow(scoring).chain((row) =>
      fc
        .array(odd, { minLength: row.scores.length, maxLength: row.scores.length })
        .chain((scores) =>
          odd.map((answer) => ({
            ...row,
            scores,
            answer: scoring.kind === "regression" ? answer : row.answer,
          })),
        ),
    );
    fc.assert(
      fc.property(fc.array(rows), (all) => {
        expect(numbersOf(countOf(scoring, all)).filter(Number.isNaN)).toEqual([]);
      }),
    );
  });

  it("passes over a part that an earlier release did not save", () => {
    const accumulator = createAccumulator({ kind: "regression" });
    accumulator.add({ truth: 1, answer: 2, scores: [] });
    const before = accumulator.snapshot();
    accumulator.merge({});
    expect(accumulator.snapshot()).toEqual(before);
  });
});

/** Every number of a value, however deep. */
function numbersOf(value: unknown): unknown[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(numbersOf);
  return typeof value === "number" ? [value] : [];
}
