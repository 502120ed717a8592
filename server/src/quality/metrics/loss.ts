import type { Scoring } from "../../core/scoring.ts";
import type { Accumulator, ScoredRow } from "../accumulator.ts";
import { createExactSum, type SavedSum, type Sign } from "../exact-sum.ts";
import { ratio } from "../ratio.ts";

/** How far probabilities are from the truth. */
export interface LossMetrics {
  /** The mean of -ln(p of the true class), p kept off 0 and 1 by 2^-52. */
  readonly logLoss: number;
  /** The mean of (p - truth)²; with more than two classes summed over them. */
  readonly brierScore: number;
}

/** The sums of the loss as plain JSON. */
export interface SavedLoss {
  readonly rows: number;
  readonly logs: SavedSum;
  readonly squares: SavedSum;
}

type ClassScoring = Extract<Scoring, { kind: "binary" | "multiclass" }>;

/** What one row adds. */
interface RowLoss {
  readonly log: number;
  readonly square: number;
}

/**
 * Counts the loss of rows that have probabilities; undefined if the scoring has
 * none. A row of which one is no number counts as certain of the wrong class.
 */
export function createLoss(
  scoring: ClassScoring,
): Accumulator<ScoredRow, LossMetrics | undefined, SavedLoss> {
  const lossOf =
    scoring.kind === "binary"
      ? (row: ScoredRow) => binaryLoss(row, scoring.positive)
      : multiclassLoss;
  let rows = 0;
  const logs = createExactSum();
  const squares = createExactSum();

  const count = (row: ScoredRow, sign: Sign): void => {
    if (!scoring.probabilities || row.scores.length === 0) return;
    const { log, square } = lossOf(row);
    rows += sign;
    logs.add(log, sign);
    squares.add(square, sign);
  };

  return {
    add: (row) => count(row, 1),
    takeBack: (row) => count(row, -1),
    merge(saved) {
      rows += saved.rows;
      logs.merge(saved.logs);
      squares.merge(saved.squares);
    },
    save: () => ({ rows, logs: logs.save(), squares: squares.save() }),
    snapshot: () =>
      scoring.probabilities
        ? { logLoss: ratio(logs.value(), rows), brierScore: ratio(squares.value(), rows) }
        : undefined,
  };
}

function binaryLoss({ truth, scores }: ScoredRow, positive: number): RowLoss {
  const [probability = Number.NaN] = scores;
  const ofTruth = truth === positive ? probability : 1 - probability;
  if (!Number.isFinite(ofTruth)) return { log: logLoss(0), square: 1 };
  const distance = probability - (truth === positive ? 1 : 0);
  return { log: logLoss(ofTruth), square: distance * distance };
}

function multiclassLoss({ truth, scores }: ScoredRow): RowLoss {
  if (!scores.every(Number.isFinite)) return { log: logLoss(0), square: 2 };
  const square = scores.reduce((sum, score, index) => {
    const distance = score - (index === truth ? 1 : 0);
    return sum + distance * distance;
  }, 0);
  return { log: logLoss(scores[truth] ?? 0), square };
}

function logLoss(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON));
}
