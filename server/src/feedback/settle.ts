import type { FeedbackEvent, RowOutcome, RowReport, Verdict } from "../core/feedback.ts";

/** What is known of a row: its event that is not superseded. */
export interface KnownRow extends Verdict {
  readonly sequence: number;
  readonly reportedAt: number;
}

/** What a store holds beside its events. */
export interface StoreState {
  /** The place of the last event in the order; 0 is none yet. */
  readonly sequence: number;
  /** Predictions made before this time are forgotten, in milliseconds since 1970. */
  readonly forgottenBefore: number;
}

/** An event that is to be kept. */
export interface NewEvent extends FeedbackEvent {
  /** True if a later report of the same batch already replaces it. */
  readonly superseded: boolean;
}

/** What a batch of reports comes to. */
export interface Settlement {
  /** One for each report, in order. */
  readonly outcomes: readonly RowOutcome[];
  readonly events: readonly NewEvent[];
  /** The kept events that no longer hold, by their places. */
  readonly superseded: readonly number[];
  /** How many rows are known that were not. */
  readonly newRows: number;
}

/** A settled row, so far. */
type SettledRow = KnownRow & { superseded?: boolean };

/**
 * Decides what becomes of reports, in their order: the one place where that is
 * decided, whatever keeps them. `findKnown` finds what is kept of a report's
 * row.
 */
export function settleReports(
  reports: readonly RowReport[],
  state: StoreState,
  findKnown: (report: RowReport, index: number) => KnownRow | undefined,
): Settlement {
  const settled = new Map<string, SettledRow>();
  const events: (FeedbackEvent & { superseded: boolean })[] = [];
  const superseded: number[] = [];
  let newRows = 0;
  let sequence = state.sequence;

  const settle = (report: RowReport, index: number): RowOutcome => {
    if (report.predictedAt < state.forgottenBefore) return "expired";
    const key = `${report.row} ${Buffer.from(report.prediction).toString("latin1")}`;
    const inBatch = settled.get(key);
    const known = inBatch ?? findKnown(report, index);
    const truth = report.truth ?? known?.truth;
    const reward = report.reward ?? known?.reward;
    if (truth === known?.truth && reward === known?.reward) return "unchanged";
    sequence += 1;
    const before = known && {
      truth: known.truth,
      reward: known.reward,
      reportedAt: known.reportedAt,
    };
    const event = { ...report, truth, reward, sequence, before, superseded: false };
    events.push(event);
    settled.set(key, event);
    if (inBatch !== undefined) inBatch.superseded = true;
    else if (known !== undefined) superseded.push(known.sequence);
    else newRows += 1;
    return known === undefined ? "recorded" : "corrected";
  };

  return { outcomes: reports.map(settle), events, superseded, newRows };
}
