import type { FeedbackEvent, Slice } from "../core/feedback.ts";
import type { KnownRow } from "./settle.ts";
import type { RowPage } from "./store.ts";

/** An event as a table holds it, in any database. */
export interface EventRow {
  readonly sequence: number;
  readonly prediction: Uint8Array;
  readonly row: number;
  /** The number of its slice in the table of slices. */
  readonly slice: number;
  readonly predicted_at: number;
  readonly reported_at: number;
  /** Null is NaN, which not every database holds. */
  readonly answer: number | null;
  readonly scores: Uint8Array;
  readonly truth: number | null;
  readonly reward: number | null;
  /** Null: nothing was known before. */
  readonly before_reported_at: number | null;
  readonly before_truth: number | null;
  readonly before_reward: number | null;
}

/** The columns of an event, in the order of `toColumns`. */
export const eventColumns = [
  "sequence",
  "prediction",
  "row",
  "slice",
  "predicted_at",
  "reported_at",
  "answer",
  "scores",
  "truth",
  "reward",
  "before_reported_at",
  "before_truth",
  "before_reward",
] as const;

/** Lays an event out as its columns. */
export function toColumns(
  event: FeedbackEvent,
  slice: number,
): readonly (number | Uint8Array | null)[] {
  return [
    event.sequence,
    event.prediction,
    event.row,
    slice,
    event.predictedAt,
    event.reportedAt,
    Number.isNaN(event.answer) ? null : event.answer,
    writeScores(event.scores),
    event.truth ?? null,
    event.reward ?? null,
    event.before?.reportedAt ?? null,
    event.before?.truth ?? null,
    event.before?.reward ?? null,
  ];
}

/** Reads an event as a table holds it. */
export function toEvent(row: EventRow, slice: Slice): FeedbackEvent {
  return {
    sequence: row.sequence,
    prediction: Uint8Array.from(row.prediction),
    row: row.row,
    slice,
    predictedAt: row.predicted_at,
    reportedAt: row.reported_at,
    answer: row.answer ?? Number.NaN,
    scores: readScores(row.scores),
    truth: row.truth ?? undefined,
    reward: row.reward ?? undefined,
    before:
      row.before_reported_at === null
        ? undefined
        : {
            truth: row.before_truth ?? undefined,
            reward: row.before_reward ?? undefined,
            reportedAt: row.before_reported_at,
          },
  };
}

/** Reads what is known of a row from the columns of its last event. */
export function toKnownRow(
  row: Pick<EventRow, "sequence" | "truth" | "reward" | "reported_at">,
): KnownRow {
  return {
    sequence: row.sequence,
    truth: row.truth ?? undefined,
    reward: row.reward ?? undefined,
    reportedAt: row.reported_at,
  };
}

/** Makes a page of at most `limit` rows, of which one more was read if there is one. */
export function toRowPage(rows: readonly FeedbackEvent[], limit: number): RowPage {
  const page = rows.slice(0, limit);
  return { rows: page, next: rows.length > limit ? page.at(-1)?.sequence : undefined };
}

/** Scores are kept as float64, little-endian as all machines that are served on. */
function writeScores(scores: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(scores).buffer);
}

function readScores(bytes: Uint8Array): readonly number[] {
  // Copied, as what a database gives may lie at any place of its memory.
  return [...new Float64Array(Uint8Array.from(bytes).buffer)];
}
