import { sum } from "./statistics.ts";

/** The counts of two samples in the same cells. */
export interface CellCounts {
  readonly reference: readonly number[];
  readonly live: readonly number[];
}

/** The index is read by bounds that are known for tenths. */
const tenths = 10;

/**
 * Joins the cells of numbers into tenths of the reference, by the middle of each
 * cell. The first and the last cell, below and above all of the reference, stay
 * as they are: what is there was never seen.
 */
export function groupIntoTenths({ reference, live }: CellCounts): CellCounts {
  const total = sum(reference);
  const joined = { reference: [0], live: [0] };
  let below = 0;
  let group = 0;
  for (const [cell, count] of reference.entries()) {
    const isOuter = cell === 0 || cell === reference.length - 1;
    const tenth = Math.floor((tenths * (below + count / 2)) / total);
    const wanted = cell === 0 ? 0 : isOuter ? tenths + 1 : 1 + Math.min(tenth, tenths - 1);
    if (wanted !== group) {
      joined.reference.push(0);
      joined.live.push(0);
      group = wanted;
    }
    addToLast(joined.reference, count);
    addToLast(joined.live, live[cell] ?? 0);
    below += count;
  }
  return joined;
}

/** The count that the chi-square test wants to expect of each cell (W. G. Cochran, 1954). */
const leastExpected = 5;

/** Joins the cells of which the smaller sample would be expected to have fewer than five. */
export function joinRareCells({ reference, live }: CellCounts): CellCounts {
  const [n, m] = [sum(reference), sum(live)];
  const smaller = Math.min(n, m) / (n + m);
  const joined: { reference: number[]; live: number[] } = { reference: [], live: [] };
  const rare = { reference: 0, live: 0 };
  for (const [cell, count] of reference.entries()) {
    const liveCount = live[cell] ?? 0;
    if ((count + liveCount) * smaller < leastExpected) {
      rare.reference += count;
      rare.live += liveCount;
      continue;
    }
    joined.reference.push(count);
    joined.live.push(liveCount);
  }
  if (rare.reference + rare.live === 0) return joined;
  return {
    reference: [...joined.reference, rare.reference],
    live: [...joined.live, rare.live],
  };
}

function addToLast(counts: number[], count: number): void {
  const last = counts.length - 1;
  counts[last] = (counts[last] ?? 0) + count;
}
