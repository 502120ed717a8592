import type { FeedbackEvent, RowReport, Verdict } from "../core/feedback.ts";
import type { Scoring } from "../core/scoring.ts";
import { type AnswerMetrics, createAccumulator } from "./metric-index.ts";
import { createLabelDelay, type LabelDelay, type SavedDelay } from "./metrics/label-delay.ts";
import { createRewards, type RewardMetrics } from "./metrics/rewards.ts";
import type { SavedMoments } from "./moments.ts";

/** How good answers are, by all that is known of them. */
export interface Quality {
  /** The rows of which something is known. */
  readonly rows: number;
  /** The rows whose truth is known. */
  readonly samples: number;
  /** How often what was known of a row was replaced or completed. */
  readonly corrections: number;
  readonly answers: AnswerMetrics;
  readonly reward: RewardMetrics;
  readonly labelDelay: LabelDelay;
}

/** Counts feedback of one scoring. */
export interface Tally {
  /** Counts an event: takes back what it says no longer holds, and adds what it says is known now. */
  fold(event: FeedbackEvent): void;
  /** Counts a row as it is known now, whatever was known before. */
  add(row: FeedbackEvent): void;
  /** Counts all that another tally of the same scoring has counted. */
  merge(saved: SavedTally): void;
  save(): SavedTally;
  /** The rows of which something is known. */
  rows(): number;
  snapshot(): Quality;
}

/** A tally as plain JSON. */
export interface SavedTally {
  readonly rows: number;
  readonly samples: number;
  readonly corrections: number;
  readonly answers: unknown;
  readonly rewards: SavedMoments;
  readonly delays: SavedDelay;
}

/** Makes a tally of nothing. */
export function createTally(scoring: Scoring): Tally {
  let rows = 0;
  let samples = 0;
  let corrections = 0;
  const answers = createAccumulator(scoring);
  const rewards = createRewards();
  const delays = createLabelDelay();

  const addVerdict = ({ answer, scores }: RowReport, { truth, reward }: Verdict): void => {
    if (truth !== undefined) {
      samples += 1;
      answers.add({ answer, scores, truth });
    }
    if (reward !== undefined) rewards.add(reward);
  };
  const takeBackVerdict = ({ answer, scores }: RowReport, { truth, reward }: Verdict): void => {
    if (truth !== undefined) {
      samples -= 1;
      answers.takeBack({ answer, scores, truth });
    }
    if (reward !== undefined) rewards.takeBack(reward);
  };

  return {
    fold(event) {
      const { before } = event;
      if (before === undefined) {
        rows += 1;
      } else {
        corrections += 1;
        takeBackVerdict(event, before);
      }
      addVerdict(event, event);
      // A correction does not change when the truth was first known.
      if (event.truth !== undefined && before?.truth === undefined) {
        delays.add(event.reportedAt - event.predictedAt);
      }
    },
    add(row) {
      rows += 1;
      if (row.before !== undefined) corrections += 1;
      addVerdict(row, row);
      if (row.truth !== undefined) delays.add(truthKnownAt(row) - row.predictedAt);
    },
    merge(saved) {
      rows += saved.rows;
      samples += saved.samples;
      corrections += saved.corrections;
      answers.merge(saved.answers);
      rewards.merge(saved.rewards);
      delays.merge(saved.delays);
    },
    save: () => ({
      rows,
      samples,
      corrections,
      answers: answers.save(),
      rewards: rewards.save(),
      delays: delays.save(),
    }),
    rows: () => rows,
    snapshot: () => ({
      rows,
      samples,
      corrections,
      answers: answers.snapshot(),
      reward: rewards.snapshot(),
      labelDelay: delays.snapshot(),
    }),
  };
}

/** Returns when a row's truth was first known, as far back as its last event tells. */
function truthKnownAt({ before, reportedAt }: FeedbackEvent): number {
  return before?.truth === undefined ? reportedAt : before.reportedAt;
}
