/** A name that wants a number, and where it had one, that number. */
export interface Numbered {
  readonly number: number;
}

const reservedByProtobuf = { first: 19_000, last: 19_999 };

/**
 * Makes the giver of numbers of one message or enum: what is known keeps its
 * number, and what is new gets the next one after all that were ever given.
 */
export function createNumbering(
  known: ReadonlyMap<string, Numbered>,
  reserved: ReadonlyMap<string, number>,
): (name: string) => number {
  let last = 0;
  for (const { number } of known.values()) last = Math.max(last, number);
  for (const number of reserved.values()) last = Math.max(last, number);
  return (name) => {
    const given = known.get(name);
    if (given !== undefined) return given.number;
    last += 1;
    if (last === reservedByProtobuf.first) last = reservedByProtobuf.last + 1;
    return last;
  };
}
