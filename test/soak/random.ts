/** Where chance comes from: numbers from 0 up to 1, as `Math.random` gives them. */
export type Random = () => number;

/** A whole number from 0 up to, and without, a limit. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** One of a list, each as likely as the others. Throws for a list of nothing. */
export function pick<Item>(random: Random, list: readonly Item[]): Item {
  const item = list[below(random, list.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** The list in an order of chance. */
export function shuffle<Item>(random: Random, list: readonly Item[]): readonly Item[] {
  return list
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
