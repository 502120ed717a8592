import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Executor } from "./executor.ts";
import { createInlineExecutor } from "./inline-executor.ts";

describe("createInlineExecutor()", () => {
  it("runs tasks one at a time, in the order in which they were given", async () => {
    const executor = createInlineExecutor().createShare();
    const events: string[] = [];
    const task = (name: string) => async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      return name;
    };
    const results = [executor.execute(task("a")), executor.execute(task("b"))];
    expect([events, executor.queueLength]).toEqual([[], 2]);
    expect(await Promise.all(results)).toEqual(["a", "b"]);
    expect(events).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(executor.queueLength).toBe(0);
  });

  it("runs on after a task that fails", async () => {
    const executor = createInlineExecutor().createShare();
    const failing = executor.execute(() => Promise.reject(new Error("no")));
    const next = executor.execute(() => Promise.resolve("yes"));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  it("gives the event loop a turn before each task", async () => {
    const executor = createInlineExecutor().createShare();
    const events: string[] = [];
    const task = (name: string) => async () => void events.push(name);
    const first = executor.execute(task("first"));
    const second = executor.execute(task("second"));
    setImmediate(() => events.push("turn"));
    await Promise.all([first, second]);
    expect(events).toEqual(["first", "turn", "second"]);
  });

  it("takes turns among versions by the time that their tasks take", async () => {
    const order = await orderOf([
      { ms: 3, tasks: 4 },
      { ms: 1, tasks: 9 },
    ]);
    expect(order.join("")).toBe("0111011101110");
  });

  it("gives each version that has work an equal part of the time, whatever its tasks take", async () => {
    const versionArbitrary = fc.record({
      ms: fc.integer({ min: 1, max: 50 }),
      tasks: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(versionArbitrary, { minLength: 1, maxLength: 5 }),
        async (versions) => {
          const order = await orderOf(versions);
          const longest = Math.max(...versions.map(({ ms }) => ms));
          const left = versions.map(({ tasks }) => tasks);
          const used = versions.map(() => 0);
          for (const index of order) {
            used[index] = (used[index] ?? 0) + (versions[index]?.ms ?? 0);
            left[index] = (left[index] ?? 0) - 1;
            const busy = used.filter((_, each) => (left[each] ?? 0) > 0);
            // None that waits is behind another that waits by more than one task.
            expect(Math.max(...busy, 0) - Math.min(...busy, Infinity)).toBeLessThanOrEqual(longest);
          }
          expect(left).toEqual(versions.map(() => 0));
        },
      ),
    );
  });

  it("gives a version that had no work no more than its part afterwards", async () => {
    const { executor, give } = createTimed();
    const [old, young] = [executor.createShare(), executor.createShare()];
    const order: string[] = [];
    await Promise.all(Array.from({ length: 50 }, () => give(old, 2, () => order.push("old"))));
    order.length = 0;
    const names = { old, young };
    await Promise.all(
      Object.entries(names).flatMap(([name, share]) =>
        Array.from({ length: 4 }, () => give(share, 2, () => order.push(name))),
      ),
    );
    expect(order.slice(0, 6).filter((name) => name === "young")).toHaveLength(3);
  });

  it("counts the versions that have work", async () => {
    const { executor, give } = createTimed();
    const [one, two, idle] = [
      executor.createShare(),
      executor.createShare(),
      executor.createShare(),
    ];
    expect([one, two, idle].map(({ sharers }) => sharers)).toEqual([1, 1, 1]);
    const tasks = [give(one, 1), give(one, 1), give(two, 1)];
    expect([one, two, idle].map(({ sharers }) => sharers)).toEqual([2, 2, 3]);
    const running = idle.execute(async () => {
      expect([one, idle].map(({ sharers }) => sharers)).toEqual([2, 2]);
    });
    await Promise.all([...tasks, running]);
    expect([one, two, idle].map(({ sharers }) => sharers)).toEqual([1, 1, 1]);
  });
});

/** An executor whose time is what its tasks are said to take. */
function createTimed() {
  let time = 0;
  const executor = createInlineExecutor(() => time);
  const give = (share: Executor, ms: number, begin: () => void = () => {}): Promise<void> =>
    share.execute(async () => {
      begin();
      time += ms;
    });
  return { executor, give };
}

/** The order in which versions with many tasks, all given at once, have their turns. */
async function orderOf(
  versions: readonly { readonly ms: number; readonly tasks: number }[],
): Promise<readonly number[]> {
  const { executor, give } = createTimed();
  const order: number[] = [];
  await Promise.all(
    versions.flatMap(({ ms, tasks }, index) => {
      const share = executor.createShare();
      return Array.from({ length: tasks }, () => give(share, ms, () => order.push(index)));
    }),
  );
  return order;
}
