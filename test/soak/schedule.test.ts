import { describe, expect, it } from "vitest";
import { createDeck, createSchedule } from "./schedule.ts";

describe("createSchedule()", () => {
  it("gives each time once, as it comes", () => {
    const schedule = createSchedule(100, 1000);
    expect(schedule.take(999)).toEqual([]);
    expect(schedule.take(1020)).toEqual([1000, 1010, 1020]);
    expect(schedule.take(1029)).toEqual([]);
    expect(schedule.take(1030)).toEqual([1030]);
  });

  it("does not drift: what was missed comes at once", () => {
    const schedule = createSchedule(3, 0);
    expect(schedule.take(3_600_000)).toHaveLength(3 * 3600 + 1);
    expect(schedule.take(3_600_333)).toEqual([]);
    expect(schedule.take(3_600_334)).toHaveLength(1);
  });
});

describe("createDeck()", () => {
  const items = [
    { name: "often", weight: 5 },
    { name: "seldom", weight: 1 },
  ];

  it.each([0, 0.5, 0.999])(
    "draws each as often as its weight says, with %d for chance",
    (chance) => {
      const draw = createDeck(items, () => chance);
      const drawn = Array.from({ length: 12 }, () => draw().name);
      expect(drawn.filter((name) => name === "seldom")).toHaveLength(2);
    },
  );

  it("throws where there is nothing to draw", () => {
    expect(createDeck([], () => 0)).toThrow("a deck of nothing");
  });
});
