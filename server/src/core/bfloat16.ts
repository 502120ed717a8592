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
  cell[0] = value;
  const pattern = bits[0] ?? 0;
  const rounding = 0x7fff + ((pattern >>> 16) & 1);
  return ((pattern + rounding) >>> 16) & 0xffff;
}
