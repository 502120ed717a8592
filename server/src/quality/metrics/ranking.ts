import type { Scoring } from "../../core/scoring.ts";
import type { Accumulator, ScoredRow } from "../accumulator.ts";
import type { Sign } from "../exact-sum.ts";
import { ratio } from "../ratio.ts";

/** The rows of each score, or of each bin of scores, as plain JSON. */
export interface SavedRanking {
  /** True once there were too many different scores: keys are bins from then on. */
  readonly binned: boolean;
  readonly rows: readonly (readonly [key: number, positives: number, negatives: number])[];
}

interface Pair {
  positives: number;
  negatives: number;
}

type BinaryScoring = Extract<Scoring, { kind: "binary" }>;

const mostScores = 4096;
const binsPerUnit = 256;

/**
 * Counts how positive rows rank among negative ones by their scores, for the
 * area under the ROC curve: exact, with ties as halves, as long as there are at
 * most 4096 different scores; then from a histogram. Undefined while no row has a
 * score, unless the scoring promises probabilities. A score that is no number
 * ranks below all.
 */
export function createRanking(
  scoring: BinaryScoring,
): Accumulator<ScoredRow, number | undefined, SavedRanking> {
  let binned = false;
  let pairs = new Map<number, Pair>();

  const addTo = (key: number, positives: number, negatives: number): void => {
    const pair = pairs.get(key);
    if (pair === undefined) {
      pairs.set(key, { positives, negatives });
      return;
    }
    pair.positives += positives;
    pair.negatives += negatives;
    if (pair.positives === 0 && pair.negatives === 0) pairs.delete(key);
  };
  const bin = (): void => {
    const exact = pairs;
    binned = true;
    pairs = new Map();
    for (const [score, { positives, negatives }] of exact) {
      addTo(binOf(score, scoring.probabilities), positives, negatives);
    }
  };
  const count = ({ truth, scores: [score] }: ScoredRow, sign: Sign): void => {
    if (score === undefined) return;
    const key = binned ? binOf(score, scoring.probabilities) : finite(score);
    if (truth === scoring.positive) addTo(key, sign, 0);
    else addTo(key, 0, sign);
    if (!binned && pairs.size > mostScores) bin();
  };

  return {
    add: (row) => count(row, 1),
    takeBack: (row) => count(row, -1),
    merge(saved) {
      if (saved.binned && !binned) bin();
      for (const [key, positives, negatives] of saved.rows) {
        const own = binned && !saved.binned ? binOf(key, scoring.probabilities) : key;
        addTo(own, positives, negatives);
        if (!binned && pairs.size > mostScores) bin();
      }
    },
    save: () => ({
      binned,
      rows: [...pairs].map(([key, { positives, negatives }]) => [key, positives, negatives]),
    }),
    snapshot: () => (pairs.size === 0 && !scoring.probabilities ? undefined : areaOf(pairs)),
  };
}

/** Returns the share of pairs of a positive and a negative row in which the positive one scores higher. */
function areaOf(pairs: ReadonlyMap<number, Readonly<Pair>>): number {
  let positives = 0;
  let negatives = 0;
  let won = 0;
  for (const [, pair] of [...pairs].toSorted(([a], [b]) => a - b)) {
    won += pair.positives * (negatives + pair.negatives / 2);
    positives += pair.positives;
    negatives += pair.negatives;
  }
  return ratio(won, positives * negatives);
}

/**
 * Returns the bin of a score: even in the score near 0, even in its logarithm
 * far from it. Probabilities are taken as log odds, so that those near 0 and 1
 * are told apart, too.
 */
function binOf(score: number, probability: boolean): number {
  const value = probability ? Math.log(score / (1 - score)) : score;
  return Math.round(Math.asinh(finite(value)) * binsPerUnit);
}

/** Moves what JSON or an order cannot hold to the ends of the numbers. */
function finite(score: number): number {
  if (Number.isNaN(score)) return -Number.MAX_VALUE;
  return Math.min(Math.max(score, -Number.MAX_VALUE), Number.MAX_VALUE);
}
