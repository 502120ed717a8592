/* Checks of numbers that messages cannot carry; all others are for the server to judge. */
import type { Violation } from "./errors.ts";

/** The bounds of whole numbers, both allowed. */
export interface Bounds {
  /** Default: 0. */
  readonly least?: number;
  /** Default: the greatest uint32. */
  readonly most?: number;
}

/** Adds a violation unless the value is a whole number within the bounds. */
export function checkWhole(
  violations: Violation[],
  field: string,
  value: number,
  { least = 0, most = 2 ** 32 - 1 }: Bounds = {},
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const description = `expected a whole number from ${least} to ${most}, got ${value}`;
  violations.push({ field, description });
}

/** Adds a violation unless the value is finite. */
export function checkFinite(violations: Violation[], field: string, value: number): void {
  if (Number.isFinite(value)) return;
  violations.push({ field, description: `expected a finite number, got ${value}` });
}
