import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pipeline } from "./pipeline.ts";

/** A source that counts how far it was read, and whether it was left early. */
function countedSource<Item>(
  items: readonly Item[],
): AsyncIterable<Item> & { read: number; left: boolean } {
  const source = {
    read: 0,
    left: false,
    async *[Symbol.asyncIterator]() {
      try {
        for (const item of items) {
          source.read += 1;
          yield item;
        }
        source.read += 1;
      } finally {
        source.left = source.read <= items.length;
      }
    },
  };
  return source;
}

/** Answers that wait until the test gives them. */
function createDesk(): {
  readonly answer: (item: number) => Promise<string>;
  give(item: number): void;
  fail(item: number): void;
  readonly open: readonly number[];
} {
  const open = new Map<number, PromiseWithResolvers<string>>();
  return {
    answer(item) {
      const waiting = Promise.withResolvers<string>();
      open.set(item, waiting);
      return waiting.promise;
    },
    give(item) {
      open.get(item)?.resolve(`answer ${item}`);
      open.delete(item);
    },
    fail(item) {
      open.get(item)?.reject(new Error(`no answer to ${item}`));
      open.delete(item);
    },
    get open() {
      return [...open.keys()];
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

describe("pipeline()", () => {
  it("answers each item as soon as it is done, and reads on then", async () => {
    const desk = createDesk();
    const source = countedSource([1, 2, 3]);
    const answers = pipeline(source, { concurrency: 2, answer: desk.answer });
    const first = answers.next();
    await turn();
    expect([desk.open, source.read]).toEqual([[1, 2], 2]);
    desk.give(2);
    expect(await first).toEqual({ done: false, value: "answer 2" });
    const second = answers.next();
    await turn();
    expect(desk.open).toEqual([1, 3]);
    desk.give(3);
    expect(await second).toEqual({ done: false, value: "answer 3" });
    const third = answers.next();
    desk.give(1);
    expect(await third).toEqual({ done: false, value: "answer 1" });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
    expect(source.left).toBe(false);
  });

  it("reads nothing before it is read", async () => {
    const source = countedSource([1]);
    pipeline(source, { concurrency: 2, answer: (item) => Promise.resolve(item) });
    await turn();
    expect(source.read).toBe(0);
  });

  it("does not read on for one who does not take the answers", async () => {
    const source = countedSource([1, 2, 3, 4, 5]);
    const answers = pipeline(source, { concurrency: 2, answer: (item) => Promise.resolve(item) });
    await answers.next();
    await turn();
    expect(source.read).toBeLessThanOrEqual(3);
  });

  it("passes on answers that are undefined", async () => {
    const answers = pipeline(countedSource([1, 2]), {
      concurrency: 1,
      answer: () => Promise.resolve(undefined),
    });
    expect(await Array.fromAsync(answers)).toEqual([undefined, undefined]);
  });

  it("leaves the source when it is left", async () => {
    const source = countedSource([1, 2, 3]);
    const answers = pipeline(source, { concurrency: 1, answer: (item) => Promise.resolve(item) });
    await answers.next();
    await answers.return(undefined);
    await turn();
    expect(source.left).toBe(true);
  });

  it("can be left while its source waits", async () => {
    const waiting = async function* (): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => undefined);
    };
    const answers = pipeline(waiting(), {
      concurrency: 2,
      answer: (item) => Promise.resolve(item),
    });
    expect((await answers.next()).value).toBe(1);
    expect(await answers.return(undefined)).toEqual({ done: true, value: undefined });
  });

  it("ends with the first failure of an answer, even while its source waits", async () => {
    const waiting = async function* (): AsyncGenerator<number> {
      yield 1;
      await new Promise(() => undefined);
    };
    const desk = createDesk();
    const answers = pipeline(waiting(), { concurrency: 2, answer: desk.answer });
    const first = answers.next();
    await turn();
    desk.fail(1);
    await expect(first).rejects.toThrow("no answer to 1");
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });

  it("ends with a failure of its source", async () => {
    const failing = async function* (): AsyncGenerator<number> {
      yield 1;
      throw new Error("reset");
    };
    const answers = pipeline(failing(), {
      concurrency: 1,
      answer: (item) => Promise.resolve(item),
    });
    await answers.next();
    await expect(answers.next()).rejects.toThrow("reset");
  });

  it("ends with an answer that fails at once", async () => {
    const answers = pipeline(countedSource([1]), {
      concurrency: 1,
      answer: () => {
        throw new Error("at once");
      },
    });
    await expect(answers.next()).rejects.toThrow("at once");
  });

  it("answers every item once, and never has more in work than it may", async () => {
    const script = fc.record({
      items: fc.nat(30),
      concurrency: fc.integer({ min: 1, max: 8 }),
      scheduler: fc.scheduler(),
    });
    await fc.assert(
      fc.asyncProperty(script, async ({ items, concurrency, scheduler }) => {
        let working = 0;
        let most = 0;
        const source = countedSource(Array.from({ length: items }, (_, index) => index));
        const answers = Array.fromAsync(
          pipeline(source, {
            concurrency,
            async answer(item) {
              working += 1;
              most = Math.max(most, working);
              await scheduler.schedule(Promise.resolve());
              working -= 1;
              return item;
            },
          }),
        );
        const answered = await scheduler.waitFor(answers);
        expect(answered.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: items }, (_, index) => index),
        );
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(most).toBe(Math.min(concurrency, items));
      }),
    );
  });
});
