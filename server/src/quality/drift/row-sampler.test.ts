import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../test/support/drift.ts";
import { createRowPicks } from "./column-sink.ts";
import { createRowSampler, type RowSampler } from "./row-sampler.ts";

/** Gives a sampler one call, and returns the rows that it picked. */
function offer(sampler: RowSampler, rowCount: number, now: number): number[] {
  if (sampler.passes(rowCount)) return [];
  sampler.setTime(now);
  const picks = createRowPicks();
  const rows: number[] = [];
  let hasMore = true;
  while (hasMore) {
    hasMore = sampler.pick(rowCount, picks);
    rows.push(...picks.rows.subarray(0, picks.count));
  }
  return rows;
}

/** Offers calls of one row at an even rate for a second, and returns how many were picked. */
function offerSecond(sampler: RowSampler, second: number, rate: number): number {
  let picked = 0;
  for (let call = 0; call < rate; call += 1) {
    picked += offer(sampler, 1, (second + call / rate) * 1000).length;
  }
  return picked;
}

describe("createRowSampler()", () => {
  it("picks every row while there are no more than the budget", () => {
    const sampler = createRowSampler({ rowsPerSecond: 100, random: seededRandom(1) });
    const picked = [0, 1, 2].map((second) => offerSecond(sampler, second, 100));
    expect(picked).toEqual([100, 100, 100]);
    expect(sampler.takeUnseen()).toBe(0);
  });

  it("picks every row of a call, in order, also of more than it picks at once", () => {
    const sampler = createRowSampler({ rowsPerSecond: 1000, random: seededRandom(1) });
    expect(offer(sampler, 600, 0)).toEqual(Array.from({ length: 600 }, (_, row) => row));
  });

  it("picks about the budget once it knows the rate, and counts the rest as unseen", () => {
    const sampler = createRowSampler({ rowsPerSecond: 2000, random: seededRandom(7) });
    const picked = [0, 1, 2, 3].map((second) => offerSecond(sampler, second, 25_000));
    for (const each of picked.slice(1)) {
      expect(each).toBeGreaterThan(1850);
      expect(each).toBeLessThan(2150);
    }
    const total = picked.reduce((sum, each) => sum + each);
    expect(sampler.takeUnseen()).toBe(100_000 - total);
    expect(sampler.takeUnseen()).toBe(0);
  });

  it("gives every row of a second the same chance", () => {
    const sampler = createRowSampler({ rowsPerSecond: 1000, random: seededRandom(3) });
    offer(sampler, 10_000, 0);
    const places = [0, 0, 0, 0, 0];
    for (let call = 1; call <= 50; call += 1) {
      for (const row of offer(sampler, 10_000, call * 1000)) {
        const place = Math.floor(row / 2000);
        places[place] = (places[place] ?? 0) + 1;
      }
    }
    // 10,000 of each fifth are expected, and 95 is their standard deviation.
    for (const count of places) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it("halves the chance each time that a second's budget is used up", () => {
    const sampler = createRowSampler({ rowsPerSecond: 100, random: seededRandom(5) });
    // 100 of the first 100, about 100 of the next 200, of the next 400, and so on.
    expect(offer(sampler, 100 * (2 ** 10 - 1), 0).length).toBeLessThan(1200);
  });

  it("picks every row again once there are few", () => {
    const sampler = createRowSampler({ rowsPerSecond: 100, random: seededRandom(5) });
    for (const second of [0, 1, 2]) offerSecond(sampler, second, 5000);
    for (const second of [3, 4, 5, 6, 7]) offerSecond(sampler, second, 50);
    expect(offerSecond(sampler, 8, 50)).toBe(50);
  });

  it("picks the next row, if it is told that there were few for long, after ever so many", () => {
    const sampler = createRowSampler({ rowsPerSecond: 1, random: seededRandom(5) });
    for (const now of [0, 1000]) offer(sampler, 1_000_000, now);
    sampler.refresh(2_000);
    expect(offer(sampler, 10, 3_000)).toEqual([]);
    sampler.refresh(13_000);
    expect(offer(sampler, 1, 13_001)).toEqual([0]);
  });

  it("begins anew where the clock is put back", () => {
    const sampler = createRowSampler({ rowsPerSecond: 10, random: seededRandom(5) });
    offer(sampler, 5, 5000);
    expect(offer(sampler, 5, 1000)).toEqual([0, 1, 2, 3, 4]);
  });

  it("passes over a call without rows", () => {
    const sampler = createRowSampler({ rowsPerSecond: 10, random: seededRandom(5) });
    expect(sampler.passes(0)).toBe(true);
  });
});
