import type { ScalarName } from "./scalar-type.ts";

/** The finite values of a numeric type in order, each with its place: neighbours are one apart. */
export interface OrderedValues {
  /** The place of the greatest value, and of the least. */
  readonly last: bigint;
  readonly first: bigint;
  valueAt(place: bigint): number | bigint;
  /** The place of the value nearest to a number, or of one beside it. */
  placeOf(value: number | bigint): bigint;
}

/** The ordered values of the types that have an order. */
export const orderedValues: Readonly<Partial<Record<ScalarName, OrderedValues>>> = {
  int32: integers(-0x8000_0000n, 0x7fff_ffffn, Number),
  uint32: integers(0n, 0xffff_ffffn, Number),
  int64: integers(-0x8000_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn, BigInt),
  uint64: integers(0n, 0xffff_ffff_ffff_ffffn, BigInt),
  float: floats(32),
  double: floats(64),
};

function integers(
  first: bigint,
  last: bigint,
  write: (value: bigint) => number | bigint,
): OrderedValues {
  return {
    first,
    last,
    valueAt: write,
    placeOf(value) {
      if (value >= last) return last;
      return value <= first ? first : BigInt(typeof value === "number" ? Math.ceil(value) : value);
    },
  };
}

/** The bits of positive floating-point numbers are in the numbers' order; those of negative ones, the other way round. */
function floats(width: 32 | 64): OrderedValues {
  const cell = new DataView(new ArrayBuffer(8));
  const greatest = width === 32 ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const placeOf = (value: number | bigint): bigint => {
    const clipped = Math.max(-greatest, Math.min(greatest, Number(value)));
    const size = Math.abs(clipped);
    if (width === 32) cell.setFloat32(0, size);
    else cell.setFloat64(0, size);
    const bits = width === 32 ? BigInt(cell.getUint32(0)) : cell.getBigUint64(0);
    return clipped < 0 ? -bits : bits;
  };
  return {
    first: placeOf(-greatest),
    last: placeOf(greatest),
    placeOf,
    valueAt(place) {
      const size = place < 0n ? -place : place;
      if (width === 32) cell.setUint32(0, Number(size));
      else cell.setBigUint64(0, size);
      const value = width === 32 ? cell.getFloat32(0) : cell.getFloat64(0);
      return place < 0n ? -value : value;
    },
  };
}

/** The least and greatest of neighbouring values. */
export interface Interval {
  readonly least: number | bigint;
  readonly greatest: number | bigint;
}

/**
 * Finds the values around `inside` that a test accepts, which must be neighbours;
 * undefined if it does not accept `inside`.
 */
export function intervalAround(
  values: OrderedValues,
  inside: number | bigint,
  accepts: (value: number | bigint) => boolean,
): Interval | undefined {
  const start = values.placeOf(inside);
  if (!accepts(values.valueAt(start))) return undefined;
  const edge = (bound: bigint): bigint => {
    let accepted = start;
    let refused = bound + (bound < start ? -1n : 1n);
    while (refused - accepted > 1n || accepted - refused > 1n) {
      const middle = (accepted + refused) / 2n;
      if (accepts(values.valueAt(middle))) accepted = middle;
      else refused = middle;
    }
    return accepted;
  };
  return {
    least: values.valueAt(edge(values.first)),
    greatest: values.valueAt(edge(values.last)),
  };
}
