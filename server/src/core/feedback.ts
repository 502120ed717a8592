import type { AnsweredRow } from "./scoring.ts";

/** What predictions are told apart by when they are counted. */
export interface Slice {
  readonly model: string;
  /** The version that answered, in decimal. */
  readonly version: string;
  /** Names the version's Scoring, which is kept under this name: 16 hexadecimal digits. */
  readonly scoring: string;
  /** The policy that chose the version. */
  readonly policy: string;
  /** The alias that the call named, or by which it was routed; "" is none. */
  readonly alias: string;
}

/** What is known of a row's answer afterwards: either, or both. */
export interface Verdict {
  /** The index of the true class, or the true number; undefined is not known. */
  readonly truth: number | undefined;
  /** What the answer was worth; undefined is not known. */
  readonly reward: number | undefined;
}

/** A report of one row of one prediction. */
export interface RowReport extends Verdict, AnsweredRow {
  /** The identity of the prediction, 16 bytes. With `row` it is the key of what is counted once. */
  readonly prediction: Uint8Array;
  /** The row of the prediction, from 0. */
  readonly row: number;
  readonly slice: Slice;
  /** When it was predicted, in milliseconds since 1970. */
  readonly predictedAt: number;
  /** When it was reported, in milliseconds since 1970. */
  readonly reportedAt: number;
}

/** What became of a report: `expired` is of a prediction too old, and changed nothing. */
export type RowOutcome = "recorded" | "corrected" | "unchanged" | "expired";

/** A report that was kept and changed something, in the one order of all of a store. */
export interface FeedbackEvent extends RowReport {
  /** Its place in that order, from 1. */
  readonly sequence: number;
  /**
   * What was known of the row before, which no longer holds; undefined is
   * nothing. What this event does not say of truth or reward anew is repeated
   * from it, so `truth` and `reward` are all that is known now.
   */
  readonly before: (Verdict & { readonly reportedAt: number }) | undefined;
}
