/** Results that come up on this side while a stream's answers are awaited. */
export interface Inbox<T> {
  /** Adds a result. */
  push(item: T): void;
  /**
   * Iterates over both, each as soon as it is there, until the answers end.
   * The next is to be asked for when the one before is there.
   */
  merge<A>(answers: AsyncIterable<A>): AsyncIterableIterator<A | T>;
}

/**
 * Makes an inbox. It holds at most one answer in hand, and asks for the next
 * one only when its own reader asks, so that a slow reader slows the sender.
 */
export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  let wake: (() => void) | undefined;
  return {
    push(item) {
      items.push(item);
      wake?.();
    },
    merge<A>(answers: AsyncIterable<A>) {
      const iterator = answers[Symbol.asyncIterator]();
      /** The answer that was asked for and is not given yet. */
      let asked: Promise<IteratorResult<A>> | undefined;

      function next(): Promise<IteratorResult<A | T>> {
        const item = items.shift();
        if (item !== undefined) return Promise.resolve({ done: false, value: item });
        const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<A | T>>();
        const take = (): void => {
          wake = undefined;
          resolve(next());
        };
        const settle = (give: () => void): void => {
          if (wake !== take) return;
          wake = asked = undefined;
          give();
        };
        wake = take;
        asked ??= iterator.next();
        asked.then(
          (step) => settle(() => resolve(step)),
          (reason: unknown) => settle(() => reject(reason)),
        );
        return promise;
      }

      const merged: AsyncIterableIterator<A | T> = {
        next,
        [Symbol.asyncIterator]: () => merged,
      };
      return merged;
    },
  };
}
