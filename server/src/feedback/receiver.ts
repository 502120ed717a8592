import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { RowOutcome, RowReport, Slice } from "../core/feedback.ts";
import type { Scoring } from "../core/scoring.ts";
import { showValue, type Value } from "../core/value.ts";
import { createViolationList, type ViolationList } from "../core/violations.ts";
import type { PredictionIds, SealedPrediction } from "./prediction-id.ts";
import type { Scorings } from "./scorings.ts";
import type { FeedbackStore } from "./store.ts";
import { readTruth } from "./truth.ts";

/** One report of rows of a prediction, in no protocol's terms. */
export interface Report {
  readonly predictionId: string;
  /** One for each row; empty reports none. */
  readonly truth: readonly Value[];
  /** One for each row; empty reports none. */
  readonly reward: readonly number[];
  /** The rows that both are of; empty is every row. */
  readonly rows: readonly number[];
}

/** What became of a report. */
export interface Receipt {
  readonly slice: Slice;
  /** The rows by outcome. */
  readonly counts: Readonly<Record<Exclude<RowOutcome, "expired">, number>>;
}

/** Takes feedback. */
export interface FeedbackReceiver {
  /**
   * Checks a report and keeps it; resolves once it is kept for good. Rejects with
   * INVALID_INPUT and every violation, PREDICTION_ID_INVALID, PREDICTION_EXPIRED,
   * PREDICTION_NOT_SCORED or STORE_UNAVAILABLE.
   */
  receive(report: Report): Promise<Receipt>;
}

/** What a receiver works with. */
export interface ReceiverParts {
  readonly ids: PredictionIds;
  readonly scorings: Scorings;
  readonly store: Pick<FeedbackStore, "commit">;
  readonly clock: Clock;
  /** How long after a prediction its feedback is taken, in milliseconds. */
  readonly retentionMs: number;
}

/** Makes a receiver. */
export function createFeedbackReceiver(parts: ReceiverParts): FeedbackReceiver {
  const { ids, scorings, store, clock, retentionMs } = parts;
  return {
    async receive(report) {
      const sealed = ids.read(report.predictionId);
      const reportedAt = clock.now();
      if (sealed.predictedAt < reportedAt - retentionMs) throw expired(sealed);
      const scoring = await scorings.find(sealed.slice.scoring);
      const reports = readReports(report, { sealed, scoring, reportedAt });
      const counts = { recorded: 0, corrected: 0, unchanged: 0 };
      for (const outcome of await store.commit(reports)) {
        if (outcome === "expired") throw expired(sealed);
        counts[outcome] += 1;
      }
      return { slice: sealed.slice, counts };
    },
  };
}

interface ReportContext {
  readonly sealed: SealedPrediction;
  readonly scoring: Scoring;
  readonly reportedAt: number;
}

function readReports(report: Report, context: ReportContext): readonly RowReport[] {
  const { sealed, scoring, reportedAt } = context;
  const { truth, reward } = report;
  if (scoring.kind === "other" && truth.some((each) => each !== null)) {
    throw notScored(sealed, scoring.reason);
  }
  const violations = createViolationList();
  if (truth.length === 0 && reward.length === 0) {
    violations.add("truth", "expected a truth or a reward for each row");
  }
  const rows = readRows(report, sealed.rowCount, violations);
  checkLength(violations, "truth", truth.length, rows.length);
  checkLength(violations, "reward", reward.length, rows.length);
  reward.forEach((value, index) => {
    if (!Number.isFinite(value))
      violations.add(`reward[${index}]`, `expected a finite number, got ${value}`);
  });
  const truths = truth.map((value, index) => {
    const read = readTruth(value, scoring);
    if (read.kind === "ok") return read.truth;
    violations.add(`truth[${index}]`, `expected ${read.expected}, got ${showValue(value)}`);
    return undefined;
  });
  violations.throwIfAny();

  if (sealed.answerOf === undefined && truths.some((each) => each !== undefined)) {
    throw notScored(
      sealed,
      `its id does not hold the answers of its ${sealed.rowCount} rows: predict fewer rows a call`,
    );
  }
  return rows.flatMap((row, index): RowReport[] => {
    const verdict = { truth: truths[index], reward: reward[index] };
    if (verdict.truth === undefined && verdict.reward === undefined) return [];
    const answered = sealed.answerOf?.(row) ?? { answer: 0, scores: [] };
    if (verdict.truth !== undefined && !Number.isFinite(answered.answer)) {
      throw notScored(sealed, `the answer for row ${row} is not a finite number`);
    }
    return [
      {
        prediction: sealed.prediction,
        row,
        slice: sealed.slice,
        predictedAt: sealed.predictedAt,
        reportedAt,
        answer: Number.isFinite(answered.answer) ? answered.answer : 0,
        scores: answered.scores.every(Number.isFinite) ? answered.scores : [],
        ...verdict,
      },
    ];
  });
}

function readRows(
  { rows }: Report,
  rowCount: number,
  violations: ViolationList,
): readonly number[] {
  if (rows.length === 0) return Array.from({ length: rowCount }, (_, row) => row);
  const seen = new Set<number>();
  rows.forEach((row, index) => {
    if (row >= rowCount)
      violations.add(
        `rows[${index}]`,
        `the prediction has the rows 0 to ${rowCount - 1}, got ${row}`,
      );
    if (seen.has(row)) violations.add(`rows[${index}]`, `${row} is given twice`);
    seen.add(row);
  });
  return rows;
}

function checkLength(violations: ViolationList, field: string, given: number, rows: number): void {
  if (given > 0 && given !== rows) {
    violations.add(field, `expected ${rows}, one for each row, got ${given}`);
  }
}

function notScored({ slice }: SealedPrediction, reason: string): ServingError {
  return new ServingError(
    "PREDICTION_NOT_SCORED",
    `the prediction by version ${slice.version} of ${slice.model} cannot be scored: ${reason}`,
  );
}

function expired({ predictedAt, slice }: SealedPrediction): ServingError {
  return new ServingError(
    "PREDICTION_EXPIRED",
    `the prediction by version ${slice.version} of ${slice.model} was made at ${new Date(predictedAt).toISOString()}: feedback on it is not taken any more`,
  );
}
