import type { ScoredClass, Scoring } from "../../server/src/core/scoring.ts";

const classes: readonly ScoredClass[] = ["a", "b", "c"].map((label, value) => ({ value, label }));

/** Two classes with probabilities, of which the second is positive. */
export const binaryScoring: Extract<Scoring, { kind: "binary" }> = {
  kind: "binary",
  classes: classes.slice(0, 2),
  positive: 1,
  probabilities: true,
};

/** Three classes with probabilities. */
export const multiclassScoring: Extract<Scoring, { kind: "multiclass" }> = {
  kind: "multiclass",
  classes,
  probabilities: true,
};
