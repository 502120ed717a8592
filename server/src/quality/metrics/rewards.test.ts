import { describe, expect, it } from "vitest";
import { createRewards, type RewardMetrics } from "./rewards.ts";

describe("createRewards()", () => {
  const cases: [string, number[], RewardMetrics][] = [
    ["nothing", [], { count: 0, sum: 0, mean: 0, variance: 0 }],
    ["one reward, which has no variance", [3], { count: 1, sum: 3, mean: 3, variance: 0 }],
    ["some of both signs", [-1, 0, 4], { count: 3, sum: 3, mean: 1, variance: 7 }],
    [
      "some far from 0",
      [1e15 + 1, 1e15 + 3],
      { count: 2, sum: 2e15 + 4, mean: 1e15 + 2, variance: 2 },
    ],
  ];
  it.each(cases)("sums up %s", (_, values, expected) => {
    const rewards = createRewards();
    for (const value of values) rewards.add(value);
    expect(rewards.snapshot()).toEqual(expected);
  });

  it("takes back and merges", () => {
    const rewards = createRewards();
    const others = createRewards();
    for (const value of [1, 1e12, 2]) others.add(value);
    others.takeBack(1e12);
    rewards.add(3);
    rewards.merge(others.save());
    expect(rewards.snapshot()).toEqual({ count: 3, sum: 6, mean: 2, variance: 1 });
  });
});
