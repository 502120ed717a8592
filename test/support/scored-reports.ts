import { ServingError } from "../../server/src/core/errors.ts";
import type { FeedbackEvent, RowReport, Slice } from "../../server/src/core/feedback.ts";
import type { Scoring } from "../../server/src/core/scoring.ts";
import type { Scorings } from "../../server/src/feedback/scorings.ts";
import { reportOf } from "./feedback.ts";
import { binaryScoring, multiclassScoring } from "./scorings.ts";

/** The slice of scored reports that say nothing else. */
export const scoredSlice: Slice = {
  model: "m",
  version: "1",
  scoring: "binary",
  policy: "stable",
  alias: "",
};

/** A report of row 0 of a prediction, told apart by a number: 1 was answered, and is true, but for what is given. */
export function scoredReport(
  number: number,
  { slice, ...given }: Omit<Partial<RowReport>, "slice"> & { slice?: Partial<Slice> } = {},
): RowReport {
  return reportOf(number, {
    slice: { ...scoredSlice, ...slice },
    predictedAt: 0,
    reportedAt: 1000,
    truth: 1,
    ...given,
  });
}

/** Makes an event of such a report, by default the first of its row. */
export function eventOf(
  report: RowReport,
  sequence: number = 1,
  before?: FeedbackEvent["before"],
): FeedbackEvent {
  return { ...report, sequence, before };
}

const byName: Readonly<Record<string, Scoring>> = {
  binary: binaryScoring,
  multiclass: multiclassScoring,
  regression: { kind: "regression" },
};

/** Scorings that are named by their kind. */
export const exampleScorings: Pick<Scorings, "find"> = {
  async find(name) {
    const scoring = byName[name];
    if (scoring === undefined) throw new ServingError("STORE_UNAVAILABLE", `no scoring ${name}`);
    return scoring;
  },
};
