/** The most cells between the least and the greatest number of a reference. */
export const mostCells = 32;

/**
 * Chooses the edges of the cells that numbers are counted in: at most 32 cells
 * between the least and the greatest of the numbers, and one on either side. Up
 * to 32 different numbers have a cell each. Else a number that makes up a
 * sixteenth of all has one of its own, and the others share cells of about a
 * thirty-second. Edges lie halfway between neighbours, so a difference of
 * rounding moves nothing. The numbers must be ascending.
 */
export function chooseEdges(sorted: Float64Array): Float64Array {
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return new Float64Array();
  const runs = findRuns(sorted);
  const ownCells = runs.length <= mostCells;
  const share = sorted.length / mostCells;
  const inner: number[] = [];
  let gathered = 0;
  for (const [index, { value, count }] of runs.entries()) {
    const next = runs[index + 1];
    if (next === undefined) break;
    gathered += count;
    // With two shares to each lone number, there are never more cells than shares.
    const isFull = ownCells || gathered >= share || next.count >= 2 * share;
    if (!isFull) continue;
    inner.push(between(value, next.value));
    gathered = 0;
  }
  const margin = marginOf(runs);
  const below = belowOf(first, margin);
  const above = Math.min(last + margin, Number.MAX_VALUE);
  // Below the most negative number there is no edge: it lies in the outer cell.
  return Float64Array.from(below < first ? [below, ...inner, above] : [...inner, above]);
}

/** Finds the cell of a number: the number of edges below it. A number on an edge is below the edge. */
export function cellOf(edges: Float64Array, value: number): number {
  let low = 0;
  let length = edges.length;
  while (length > 1) {
    const half = length >>> 1;
    // Without a branch, which the processor would guess wrong half the time: twice as fast.
    low += half * Number((edges[low + half - 1] ?? 0) < value);
    length -= half;
  }
  return length === 1 && (edges[low] ?? 0) < value ? low + 1 : low;
}

/** Equal numbers. */
interface Run {
  readonly value: number;
  readonly count: number;
}

function findRuns(sorted: Float64Array): readonly Run[] {
  const runs: Run[] = [];
  let start = 0;
  for (let index = 1; index <= sorted.length; index += 1) {
    const value = sorted[start] ?? 0;
    if (index < sorted.length && sorted[index] === value) continue;
    runs.push({ value, count: index - start });
    start = index;
  }
  return runs;
}

/** The edge between two different numbers, which is never the greater one. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}

/** The share of a lone number that still counts as the same: more than FP32 rounds away. */
const loneMargin = 1e-6;

/** How far the outermost cells reach past the least and greatest number: half the least gap. */
function marginOf(runs: readonly Run[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [index, { value }] of runs.entries()) {
    const next = runs[index + 1];
    if (next !== undefined) least = Math.min(least, next.value / 2 - value / 2);
  }
  return Number.isFinite(least) ? least : Math.abs(runs[0]?.value ?? 0) * loneMargin;
}

/** The edge below the least number, which is that number only where there is none below it. */
function belowOf(value: number, margin: number): number {
  const edge = value - margin;
  const least = Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE);
  return Math.max(edge < value ? edge : value - least, -Number.MAX_VALUE);
}
