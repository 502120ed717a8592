import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Scoring } from "../core/scoring.ts";
import type { ScoredRow } from "./accumulator.ts";
import { type AnswerMetrics, createAccumulator } from "./metric-index.ts";

/** A file of test/data/quality: what scikit-learn computes of real answers. */
interface Fixture {
  readonly truth: readonly number[];
  readonly answers?: readonly number[];
  readonly scores?: readonly (number | readonly number[])[];
  readonly figures: Figures;
}

interface Figures {
  readonly [name: string]: number | readonly number[] | Figures;
}

function readFixture(name: string): Fixture {
  const file = new URL(`../../../test/data/quality/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Fixture;
}

function classesOf(count: number): { value: number; label: string }[] {
  return Array.from({ length: count }, (_, value) => ({ value, label: "" }));
}

const binary = (probabilities: boolean): Scoring => ({
  kind: "binary",
  classes: classesOf(2),
  positive: 1,
  probabilities,
});
const multiclass = (classes: number): Scoring => ({
  kind: "multiclass",
  classes: classesOf(classes),
  probabilities: true,
});

function metricsOf(scoring: Scoring, { truth, answers, scores }: Fixture): AnswerMetrics {
  const accumulator = createAccumulator(scoring);
  truth.forEach((each, index) => {
    const row: ScoredRow = {
      truth: each,
      answer: answers?.[index] ?? 0,
      scores: [scores?.[index] ?? []].flat(),
    };
    accumulator.add(row);
  });
  return accumulator.snapshot();
}

/** Metrics as scikit-learn's figures are laid out: by class the other way round, and in one level. */
function figuresOf(metrics: AnswerMetrics): unknown {
  switch (metrics.kind) {
    case "binary":
      return { ...metrics.confusion, ...metrics.loss, rocAuc: metrics.rocAuc };
    case "multiclass": {
      const { classes, ...table } = metrics.classTable;
      const column = (name: "precision" | "recall" | "f1Score" | "support"): number[] =>
        classes.map((each) => each[name]);
      return {
        ...table,
        ...metrics.loss,
        classes: {
          precision: column("precision"),
          recall: column("recall"),
          f1Score: column("f1Score"),
          support: column("support"),
        },
      };
    }
    case "regression":
      return metrics.errors;
    case "other":
      return {};
  }
}

/** A figure within a share of itself. */
function near(value: Figures[string], share: number): unknown {
  if (typeof value === "number") return new Near(value, share);
  if (isList(value)) return value.map((each) => new Near(each, share));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, near(each, share)]));
}

function isList(value: readonly number[] | Figures): value is readonly number[] {
  return Array.isArray(value);
}

/** Equals numbers that differ by at most a share. */
class Near {
  readonly value: number;
  readonly share: number;

  constructor(value: number, share: number) {
    this.value = value;
    this.share = share;
  }

  asymmetricMatch(found: unknown): boolean {
    return (
      typeof found === "number" && Math.abs(found - this.value) <= Math.abs(this.value) * this.share
    );
  }
}

describe("createAccumulator()", () => {
  const cases: [string, Scoring][] = [
    ["breast-cancer-1", binary(true)],
    ["breast-cancer-2", binary(false)],
    ["iris", multiclass(3)],
    ["digits", multiclass(10)],
    ["diabetes", { kind: "regression" }],
    ["boston", { kind: "regression" }],
  ];
  it.each(cases)("computes what scikit-learn does of %s, within 1e-12", (name, scoring) => {
    const fixture = readFixture(name);
    expect(figuresOf(metricsOf(scoring, fixture))).toMatchObject(
      near(fixture.figures, 1e-12) as object,
    );
  });

  it("has no figure of scikit-learn's left to compute", () => {
    const names = cases.map(([name, scoring]) => {
      const fixture = readFixture(name);
      const found = Object.keys(figuresOf(metricsOf(scoring, fixture)) as object);
      return Object.keys(fixture.figures).filter((figure) => !found.includes(figure));
    });
    expect(names.flat()).toEqual([]);
  });

  it("gives the seed's figures to the last digit, and those of one more true negative", () => {
    const fixture = readFixture("breast-cancer-1");
    const accumulator = createAccumulator(binary(true));
    fixture.truth.forEach((truth, index) => {
      accumulator.add({ truth, answer: fixture.answers?.[index] ?? 2, scores: [] });
    });
    expect(accumulator.snapshot()).toMatchObject({
      confusion: {
        truePositives: 303,
        falsePositives: 15,
        falseNegatives: 23,
        trueNegatives: 172,
        accuracy: 0.9259259259259259,
        precision: 0.9528301886792453,
        recall: 0.9294478527607362,
        f1Score: 0.9409937888198757,
      },
    });
    accumulator.add({ truth: 0, answer: 0, scores: [] });
    expect(accumulator.snapshot()).toMatchObject({
      confusion: {
        trueNegatives: 173,
        accuracy: 0.9260700389105059,
        precision: 0.9528301886792453,
        recall: 0.9294478527607362,
        f1Score: 0.9409937888198757,
      },
    });
  });

  it("computes the area under the curve of more than 4096 scores within 0.001", () => {
    const fixture = readFixture("ranking");
    expect(new Set(fixture.scores).size).toBeGreaterThan(4096);
    expect(figuresOf(metricsOf(binary(false), fixture))).toMatchObject(
      near(fixture.figures, 1e-3) as object,
    );
  });

  it("computes it within 0.001 of as many probabilities, too", () => {
    const fixture = readFixture("ranking");
    const scores = fixture.scores?.flat().map((score) => 1 / (1 + Math.exp(-20 * score))) ?? [];
    expect(figuresOf(metricsOf(binary(true), { ...fixture, scores }))).toMatchObject(
      near(fixture.figures, 1e-3) as object,
    );
  });
});
