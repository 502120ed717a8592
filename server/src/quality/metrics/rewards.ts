import type { Accumulator } from "../accumulator.ts";
import { createMoments, type SavedMoments } from "../moments.ts";
import { ratio } from "../ratio.ts";

/** What rows' answers were worth. */
export interface RewardMetrics {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  /** Over count - 1. */
  readonly variance: number;
}

/** Counts rewards. */
export function createRewards(): Accumulator<number, RewardMetrics, SavedMoments> {
  const rewards = createMoments();
  return {
    add: (reward) => rewards.add(reward, 1),
    takeBack: (reward) => rewards.add(reward, -1),
    merge: (saved) => rewards.merge(saved),
    save: () => rewards.save(),
    snapshot() {
      const count = rewards.count();
      const sum = rewards.sum();
      return {
        count,
        sum,
        mean: ratio(sum, count),
        variance: count > 1 ? ratio(rewards.spread(), count - 1) : 0,
      };
    },
  };
}
