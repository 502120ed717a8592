import type { Scoring } from "../../core/scoring.ts";
import type { Accumulator, ScoredRow } from "../accumulator.ts";
import type { Sign } from "../exact-sum.ts";
import { f1Score, ratio } from "../ratio.ts";

/** Precision, recall and F1 of a class, or of several together. */
export interface AverageMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1Score: number;
}

/** How well one class is told from the others. */
export interface ClassMetrics extends AverageMetrics {
  /** The rows of this class. */
  readonly support: number;
  /** The rows of this class by what was answered; the last counts answers that are none of the classes. */
  readonly answered: readonly number[];
}

/** What a multiclass task's counts tell. */
export interface ClassTableMetrics {
  readonly accuracy: number;
  /** Matthews' correlation coefficient, as Gorodkin extends it to more classes. */
  readonly matthewsCorrelation: number;
  /** In the scoring's order. */
  readonly classes: readonly ClassMetrics[];
  /** Means in which every class counts the same. */
  readonly macro: AverageMetrics;
  /** Of the sums of all classes' counts. */
  readonly micro: AverageMetrics;
  /** Means in which a class counts by its rows. */
  readonly weighted: AverageMetrics;
}

/** The cells of the table that hold rows: truth · (classes + 1) + answer, and how many. */
export type SavedClassTable = readonly (readonly [cell: number, rows: number])[];

type MulticlassScoring = Extract<Scoring, { kind: "multiclass" }>;

/** Counts the rows of a multiclass task by truth and answer. Only cells that hold rows take memory. */
export function createClassTable(
  scoring: MulticlassScoring,
): Accumulator<ScoredRow, ClassTableMetrics, SavedClassTable> {
  const size = scoring.classes.length;
  const cells = new Map<number, number>();

  const addTo = (cell: number, rows: number): void => {
    const now = (cells.get(cell) ?? 0) + rows;
    if (now === 0) cells.delete(cell);
    else cells.set(cell, now);
  };
  const count = ({ truth, answer }: ScoredRow, sign: Sign): void =>
    addTo(truth * (size + 1) + answer, sign);

  return {
    add: (row) => count(row, 1),
    takeBack: (row) => count(row, -1),
    merge(saved) {
      for (const [cell, rows] of saved) addTo(cell, rows);
    },
    save: () => [...cells],
    snapshot() {
      const table = Array.from({ length: size }, (_, truth) =>
        Array.from(
          { length: size + 1 },
          (__, answer) => cells.get(truth * (size + 1) + answer) ?? 0,
        ),
      );
      return tableMetrics(table);
    },
  };
}

function tableMetrics(table: readonly (readonly number[])[]): ClassTableMetrics {
  const answered = (table[0] ?? []).map((_, answer) => total(table.map((row) => row[answer] ?? 0)));
  const right = total(table.map((row, truth) => row[truth] ?? 0));
  const rows = total(answered);
  const none = answered.at(-1) ?? 0;
  const classes = table.map((row, truth): ClassMetrics => {
    const support = total(row);
    const hits = row[truth] ?? 0;
    return {
      ...scores(ratio(hits, answered[truth] ?? 0), ratio(hits, support)),
      support,
      answered: row,
    };
  });
  return {
    accuracy: ratio(right, rows),
    matthewsCorrelation: correlation(
      classes.map((each) => each.support),
      answered,
      right,
    ),
    classes,
    macro: average(classes, () => 1),
    micro: scores(ratio(right, rows - none), ratio(right, rows)),
    weighted: average(classes, (each) => each.support),
  };
}

function scores(precision: number, recall: number): AverageMetrics {
  return { precision, recall, f1Score: f1Score(precision, recall) };
}

function average(
  classes: readonly ClassMetrics[],
  weight: (each: ClassMetrics) => number,
): AverageMetrics {
  const weights = total(classes.map(weight));
  const mean = (of: (each: ClassMetrics) => number): number =>
    ratio(total(classes.map((each) => weight(each) * of(each))), weights);
  return {
    precision: mean((each) => each.precision),
    recall: mean((each) => each.recall),
    f1Score: mean((each) => each.f1Score),
  };
}

function correlation(
  supports: readonly number[],
  answered: readonly number[],
  right: number,
): number {
  const rows = total(supports);
  const overlap = total(supports.map((support, index) => support * (answered[index] ?? 0)));
  const truthSpread = rows * rows - total(supports.map((each) => each * each));
  const answerSpread = rows * rows - total(answered.map((each) => each * each));
  return ratio(right * rows - overlap, Math.sqrt(truthSpread) * Math.sqrt(answerSpread));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
