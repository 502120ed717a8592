/** Results that come up on this side while a stream's answers are awaited. */
export interface Inbox<T> {
  /** Adds a result. */
  push(item: T): void;
  /** Iterates over both, each as soon as it is there, until the answers end. */
  merge<A>(answers: AsyncIterable<A>): AsyncGenerator<A | T, void, undefined>;
}

const idle = (): void => undefined;

/**
 * Makes an inbox. It holds at most one answer in hand, and asks for the next
 * one only when its own reader asks, so that a slow reader slows the sender.
 */
export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  let wake = idle;
  return {
    push(item) {
      items.push(item);
      wake();
    },
    async *merge(answers) {
      const iterator = answers[Symbol.asyncIterator]();
      for (;;) {
        const turn = { settled: false };
        const settle = (): void => {
          turn.settled = true;
          wake();
        };
        const pending = iterator.next();
        // Its failure is thrown below, perhaps only after the items that came before it.
        pending.then(settle, settle);
        while (!turn.settled || items.length > 0) {
          const item = items.shift();
          if (item !== undefined) yield item;
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
        const step = await pending;
        if (step.done === true) return;
        yield step.value;
      }
    },
  };
}
