/** How many items of a stream are in work at once, and what is done with each. */
export interface PipelineOptions<Item, Result> {
  /** The most items in work at once; the source is not read ahead of it. */
  readonly concurrency: number;
  /** Answers one item. A rejection ends the whole stream. */
  readonly answer: (item: Item) => Promise<Result>;
}

/**
 * Answers the items of a stream several at a time, each as soon as it is done.
 * Leaving the iteration early ends the reading of the source.
 */
export async function* pipeline<Item, Result>(
  source: AsyncIterable<Item>,
  { concurrency, answer }: PipelineOptions<Item, Result>,
): AsyncGenerator<Result> {
  const iterator = source[Symbol.asyncIterator]();
  const done: { readonly result: Result }[] = [];
  let working = 0;
  let reading = false;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();

  const settle = (action: () => void): void => {
    action();
    wake.resolve();
  };
  const fail = (error: unknown): void => settle(() => (failure ??= { error }));

  const work = (item: Item): void => {
    working += 1;
    answer(item).then(
      (result) =>
        settle(() => {
          working -= 1;
          done.push({ result });
        }),
      fail,
    );
  };
  const read = (): void => {
    if (reading || ended || working + done.length >= concurrency) return;
    reading = true;
    iterator
      .next()
      .then((next) =>
        settle(() => {
          reading = false;
          if (next.done === true) ended = true;
          else work(next.value);
        }),
      )
      .catch(fail);
  };

  try {
    while (true) {
      read();
      if (failure !== undefined) throw failure.error;
      const next = done.shift();
      if (next !== undefined) {
        yield next.result;
        continue;
      }
      if (ended && working === 0) return;
      if (reading || ended || working >= concurrency) {
        await wake.promise;
        wake = Promise.withResolvers();
      }
    }
  } finally {
    // Not awaited: a source that is waiting for its caller would not return before it.
    if (!ended) void iterator.return?.().catch(() => undefined);
  }
}
