import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLineLimit } from "./line-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("createLineLimit()", () => {
  it("admits so many lines of a kind in a second, and then tells how many it left out", () => {
    const told: [string, number][] = [];
    const limit = createLineLimit<string>({
      perSecond: 3,
      leftOut: (...each) => told.push(each),
    });
    const admitted = Array.from({ length: 10_000 }, () => limit.admit("busy", "a busy line"));
    expect(admitted.filter(Boolean)).toHaveLength(3);
    expect([limit.leftOut, told]).toEqual([9997, []]);
    vi.advanceTimersByTime(999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([["a busy line", 9997]]);
    expect(limit.admit("busy", "another")).toBe(true);
    expect(limit.leftOut).toBe(9997);
  });

  it("bounds each kind for itself", () => {
    const limit = createLineLimit({ perSecond: 1, leftOut: () => {} });
    expect(["a", "a", "b", "b"].map((kind) => limit.admit(kind, ""))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("tells nothing of a second in which nothing was left out", () => {
    const told: unknown[] = [];
    const limit = createLineLimit({ leftOut: (line) => told.push(line) });
    for (let count = 0; count < 10; count += 1) limit.admit("a", "");
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([]);
  });

  it("bounds kinds that never end", () => {
    const limit = createLineLimit({ perSecond: 1, leftOut: () => {} });
    const admitted = Array.from({ length: 10_000 }, (_, kind) => limit.admit(`${kind}`, ""));
    expect(admitted.filter(Boolean)).toHaveLength(257);
  });

  it("tells at once when it is flushed", () => {
    const told: [string, number][] = [];
    const limit = createLineLimit<string>({ perSecond: 1, leftOut: (...each) => told.push(each) });
    limit.admit("a", "first");
    limit.admit("a", "second");
    limit.flush();
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([["first", 1]]);
  });
});
