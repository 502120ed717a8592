import { ServingError } from "../../server/src/core/errors.ts";
import type { RowReport, Slice } from "../../server/src/core/feedback.ts";
import type { FeedbackStore } from "../../server/src/feedback/store.ts";

/** The slice of reports that say nothing else. */
export const exampleSlice: Slice = {
  model: "tumors",
  version: "3",
  scoring: "00112233445566ff",
  policy: "stable",
  alias: "",
};

/** The identity of a prediction, told apart by a number. */
export function predictionOf(number: number): Uint8Array {
  const prediction = new Uint8Array(16).fill(7);
  new DataView(prediction.buffer).setUint32(12, number);
  return prediction;
}

/** A report of row 0 of a prediction, told apart by a number: nothing is known but what is given. */
export function reportOf(number: number, given: Partial<RowReport> = {}): RowReport {
  return {
    prediction: predictionOf(number),
    row: 0,
    slice: exampleSlice,
    predictedAt: 1_000_000 + number,
    reportedAt: 2_000_000,
    answer: 1,
    scores: [],
    truth: undefined,
    reward: undefined,
    ...given,
  };
}

/** The places of the events after one, at most `limit`. */
export async function eventsAfter(
  store: FeedbackStore,
  after: number,
  limit: number,
): Promise<number[]> {
  const page = await store.readEvents(after, limit);
  return page.kind === "events" ? page.events.map(({ sequence }) => sequence) : [];
}

/** What a promise that should reject rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => new Error("it did not reject"),
    (error: unknown) => error,
  );
}

/** The reason of an error, and when to try again. */
export function refusalOf(error: unknown): readonly [string, number | undefined] {
  return error instanceof ServingError
    ? [error.reason, error.retryAfterMs]
    : [String(error), undefined];
}
