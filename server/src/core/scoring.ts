import type { Tensor } from "./tensor.ts";

/** A class that answers and truths are counted by. */
export interface ScoredClass {
  /** What the model answers. */
  readonly value: number | string;
  /** Its name; "" has none. */
  readonly label: string;
}

/**
 * How the answers of a version are compared with the truth. Equal scorings may
 * be merged, over versions too.
 */
export type Scoring =
  | {
      readonly kind: "binary";
      /** Two. */
      readonly classes: readonly ScoredClass[];
      /** The index of the class that counts as positive. */
      readonly positive: number;
      /** True if the score is the probability of the positive class. */
      readonly probabilities: boolean;
    }
  | {
      readonly kind: "multiclass";
      /** Two or more. */
      readonly classes: readonly ScoredClass[];
      /** True if the scores are the probabilities of the classes, in their order. */
      readonly probabilities: boolean;
    }
  | { readonly kind: "regression" }
  | {
      readonly kind: "other";
      /** Why no truth can be taken, for people. Rewards can. */
      readonly reason: string;
    };

/** What a version answered for one row, as far as it is scored. */
export interface AnsweredRow {
  /**
   * The index of the class, or as many as there are classes for an answer that is
   * none of them; the number of a regression; 0 where nothing is compared.
   */
  readonly answer: number;
  /** Binary: the score of the positive class. Multiclass: one for each class. Else, or where the model gives none: empty. */
  readonly scores: readonly number[];
}

/**
 * Reads what a version answered, row by row, as far as it is scored. It is
 * turned to the outputs of one run at a time.
 */
export interface AnswerReader {
  readonly scoring: Scoring;
  /** The outputs that it reads. */
  readonly outputs: readonly string[];
  /** How many scores there are for a row. */
  readonly scoreCount: number;
  /** How precise the numbers of a row are: of answers that are numbers, and of scores. */
  readonly precision: "single" | "double";
  /** Turns to the outputs of a run; false if they do not hold one answer for each row. */
  turnTo(outputs: readonly Tensor[], rowCount: number): boolean;
  /** The `answer` of an AnsweredRow. */
  answer(row: number): number;
  /** One of the `scores` of an AnsweredRow. */
  score(row: number, index: number): number;
}
