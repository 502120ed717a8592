import { type Random, shuffle } from "./random.ts";

/** When calls are due: at a steady rate, however slow the answers are. */
export interface Schedule {
  /** The times that have come since the last time, up to `now`, in milliseconds of one clock. */
  take(now: number): readonly number[];
}

/** Makes the schedule of so many calls a second, the first of which is due at `start`. */
export function createSchedule(rate: number, start: number): Schedule {
  let taken = 0;
  const dueAt = (index: number): number => start + (index * 1000) / rate;
  return {
    take(now) {
      const due: number[] = [];
      for (; dueAt(taken) <= now; taken += 1) due.push(dueAt(taken));
      return due;
    },
  };
}

/** Something that is drawn as often as its weight says. */
export interface Weighted {
  /** How many of its kind are among the cards: a whole number above 0. */
  readonly weight: number;
}

/**
 * Gives a function that draws from shuffled cards, which hold each item as often
 * as its weight says: so every item comes in its share, in a short run too.
 */
export function createDeck<Item extends Weighted>(
  items: readonly Item[],
  random: Random,
): () => Item {
  const cards = items.flatMap((item) => Array.from({ length: item.weight }, () => item));
  let left: Item[] = [];
  return () => {
    if (left.length === 0) left = [...shuffle(random, cards)];
    const item = left.pop();
    if (item === undefined) throw new Error("a deck of nothing");
    return item;
  };
}
