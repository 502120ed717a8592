import { upperGamma } from "./incomplete-gamma.ts";

/** A statistic, and the chance of as great a one if both samples came from the same source. */
export interface TestResult {
  readonly statistic: number;
  readonly pValue: number;
}

/** Added to every count, so that an empty cell has a share (the prior of Krichevsky and Trofimov). */
const half = 0.5;

/**
 * Returns the population stability index of two samples by their counts in the
 * same cells: the sum of (q - p) ln(q / p) over the shares p and q, which is
 * Kullback and Leibler's divergence, both ways. To each count 1/2 is added, as
 * the logarithm of an empty cell has no value. Cells that neither sample has are
 * left out.
 */
export function stabilityIndex(reference: readonly number[], live: readonly number[]): number {
  const cells = reference.filter((count, cell) => count + (live[cell] ?? 0) > 0).length;
  const referenceTotal = sum(reference) + half * cells;
  const liveTotal = sum(live) + half * cells;
  return reference.reduce((index, count, cell) => {
    const liveCount = live[cell] ?? 0;
    if (count + liveCount === 0) return index;
    const p = (count + half) / referenceTotal;
    const q = (liveCount + half) / liveTotal;
    return index + (q - p) * Math.log(q / p);
  }, 0);
}

/**
 * Compares two samples of numbers by their counts in the same ascending cells:
 * the two-sample test of Kolmogorov and Smirnov at the edges of the cells, with
 * its asymptotic distribution. Both samples must have counts. Between the edges
 * the samples may differ by more, so the chance is never too low for that.
 */
export function compareDistributions(
  reference: readonly number[],
  live: readonly number[],
): TestResult {
  const [n, m] = [sum(reference), sum(live)];
  let statistic = 0;
  let [below, belowLive] = [0, 0];
  for (const [cell, count] of reference.entries()) {
    below += count;
    belowLive += live[cell] ?? 0;
    statistic = Math.max(statistic, Math.abs(below / n - belowLive / m));
  }
  return { statistic, pValue: kolmogorov(Math.sqrt((n * m) / (n + m)) * statistic) };
}

/**
 * Compares two samples of categories by their counts in the same cells: Pearson's
 * chi-square test of homogeneity, without a correction. Cells that neither sample
 * has are left out. Both samples must have counts.
 */
export function compareCategories(
  reference: readonly number[],
  live: readonly number[],
): TestResult {
  const [n, m] = [sum(reference), sum(live)];
  let [statistic, cells] = [0, 0];
  for (const [cell, count] of reference.entries()) {
    const liveCount = live[cell] ?? 0;
    const both = count + liveCount;
    if (both === 0) continue;
    cells += 1;
    const expected = (both * n) / (n + m);
    const expectedLive = (both * m) / (n + m);
    statistic +=
      (count - expected) ** 2 / expected + (liveCount - expectedLive) ** 2 / expectedLive;
  }
  const pValue = cells < 2 ? 1 : upperGamma((cells - 1) / 2, statistic / 2);
  return { statistic, pValue };
}

/** From here on the alternating series needs fewer terms than the other. */
const alternatingFrom = 1.18;
const seriesTerms = 20;

/**
 * Returns the chance that Kolmogorov's distribution is above x: 2 Σ (-1)^(k-1)
 * exp(-2 k² x²), or for small x the same by 1 - √(2π) / x Σ exp(-(2k - 1)² π² / (8 x²))
 * (Marsaglia, Tsang and Wang, Evaluating Kolmogorov's Distribution, 2003).
 */
export function kolmogorov(x: number): number {
  if (x <= 0) return 1;
  let series = 0;
  if (x < alternatingFrom) {
    const exponent = Math.PI ** 2 / (8 * x * x);
    for (let k = 1; k <= seriesTerms; k += 1) series += Math.exp(-((2 * k - 1) ** 2) * exponent);
    return 1 - (Math.sqrt(2 * Math.PI) / x) * series;
  }
  for (let k = 1; k <= seriesTerms; k += 1) {
    series += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  }
  return 2 * series;
}

/** Adds numbers up. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
