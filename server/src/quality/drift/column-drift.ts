import { groupIntoTenths, joinRareCells } from "./cell-groups.ts";
import type { DriftOptions } from "./options.ts";
import type { ReferenceColumn } from "./reference.ts";
import { compareCategories, compareDistributions, stabilityIndex, sum } from "./statistics.ts";

/** How far one feature or answer has moved. What cannot be told yet is undefined. */
export interface ColumnDrift {
  readonly name: string;
  /** The population stability index: 0 is no change, 0.25 a great one. */
  readonly psi: number | undefined;
  /** The statistic of Kolmogorov and Smirnov, 0 to 1. Numbers only. */
  readonly ks: number | undefined;
  /** The chi-square statistic. Categories only. */
  readonly chiSquare: number | undefined;
  /** The chance of as great a difference if nothing had changed. */
  readonly pValue: number | undefined;
  /** The share of values that were missing. */
  readonly missing: number | undefined;
  /** The share of values outside of what the manifest allows. */
  readonly outOfRange: number | undefined;
  /** True if it has moved more than the options allow. */
  readonly drifted: boolean;
}

/** The drift of a column of which nothing was seen, or that has no reference. */
export function unknownDrift(name: string): ColumnDrift {
  return { name, ...unknown, missing: undefined, outOfRange: undefined, drifted: false };
}

const unknown = { psi: undefined, ks: undefined, chiSquare: undefined, pValue: undefined };

/** Says when a column is flagged. */
export interface FlagRule extends Pick<DriftOptions, "psi" | "minRows"> {
  /** The chance that a column that has not moved is flagged. */
  readonly significance: number;
}

/** Compares what was counted of a column, as its counter has it, with its reference. */
export function compareColumn(
  reference: ReferenceColumn,
  counted: Float64Array,
  rule: FlagRule,
): ColumnDrift {
  const { name } = reference;
  const cells = reference.counts.length;
  const live = [...counted.subarray(0, cells)];
  const missing = counted[cells] ?? 0;
  const rows = sum(live) + missing;
  if (rows === 0) return unknownDrift(name);
  const shares = { missing: missing / rows, outOfRange: (counted[cells + 1] ?? 0) / rows };
  if (sum(reference.counts) + reference.missing === 0) {
    return { name, ...unknown, ...shares, drifted: false };
  }
  const compare = reference.kind === "numbers" ? compareNumbers : compareValues;
  const compared = compare(reference, live, missing);
  const drifted =
    rows >= rule.minRows && compared.psi > rule.psi && compared.pValue < rule.significance;
  return { name, ...compared, ...shares, drifted };
}

interface Comparison extends Pick<ColumnDrift, "ks" | "chiSquare"> {
  readonly psi: number;
  readonly pValue: number;
}

function compareNumbers(
  { counts, missing }: ReferenceColumn,
  live: readonly number[],
  liveMissing: number,
): Comparison {
  const groups = groupIntoTenths({ reference: counts, live });
  const psi = stabilityIndex([...groups.reference, missing], [...groups.live, liveMissing]);
  const [total, liveTotal] = [sum(counts), sum(live)];
  const spread = total > 0 && liveTotal > 0 ? compareDistributions(counts, live) : undefined;
  const shared = { psi, ks: spread?.statistic, chiSquare: undefined };
  if (missing + liveMissing === 0) return { ...shared, pValue: spread?.pValue ?? 1 };
  // Two questions are asked then, and the chance that either answer is luck is twice as great.
  const absent = compareCategories([total, missing], [liveTotal, liveMissing]);
  return { ...shared, pValue: Math.min(1, 2 * Math.min(absent.pValue, spread?.pValue ?? 1)) };
}

function compareValues(
  { counts, missing }: ReferenceColumn,
  live: readonly number[],
  liveMissing: number,
): Comparison {
  const cells = joinRareCells({
    reference: [...counts, missing],
    live: [...live, liveMissing],
  });
  const { statistic, pValue } = compareCategories(cells.reference, cells.live);
  const psi = stabilityIndex(cells.reference, cells.live);
  return { psi, ks: undefined, chiSquare: statistic, pValue };
}
