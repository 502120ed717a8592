const cell = new Float32Array(1);
const bits = new Uint32Array(cell.buffer);

/** Returns the number that a bfloat16 bit pattern stands for. */
export function bfloat16ToNumber(pattern: number): number {
  bits[0] = pattern << 16;
  return cell[0] ?? Number.NaN;
}

/**
 * Returns the bfloat16 bit pattern nearest to a number, ties to even. Numbers
 * past the largest finite one become an infinity; NaN becomes the quiet NaN.
 */
export function numberToBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const pattern = oddPattern(value);
  const rounding = 0x7fff + ((pattern >>> 16) & 1);
  return ((pattern + rounding) >>> 16) & 0xffff;
}

/**
 * Returns the FP32 bit pattern of a number, rounded to odd where FP32 cannot
 * hold it: so a second rounding, to fewer bits, does not take it for a tie.
 */
function oddPattern(value: number): number {
  cell[0] = value;
  const nearest = cell[0] ?? 0;
  const pattern = bits[0] ?? 0;
  if (nearest === value) return pattern;
  const towardsZero = Math.abs(nearest) > Math.abs(value) ? pattern - 1 : pattern;
  return (towardsZero | 1) >>> 0;
}
