import { describe, expect, it } from "vitest";
import { createPoolExecutor } from "./pool-executor.ts";

describe("createPoolExecutor()", () => {
  it.each([1, 2, 3, 8])("runs %i tasks at once, and no more", async (workers) => {
    const executor = createPoolExecutor(workers);
    let running = 0;
    let most = 0;
    const full = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const tasks = Array.from({ length: 10 }, () =>
      executor.execute(async () => {
        running += 1;
        most = Math.max(most, running);
        if (running === workers) full.resolve();
        await gate.promise;
        running -= 1;
      }),
    );
    await full.promise;
    expect(executor.queueLength).toBe(10 - workers);
    gate.resolve();
    await Promise.all(tasks);
    expect([most, running, executor.queueLength]).toEqual([workers, 0, 0]);
  });

  it("runs on after a task that fails", async () => {
    const executor = createPoolExecutor(2);
    const failing = executor.execute(() => Promise.reject(new Error("no")));
    const next = executor.execute(() => Promise.resolve("yes"));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  it("gives the event loop a turn before each task", async () => {
    const executor = createPoolExecutor(1);
    const events: string[] = [];
    const task = (name: string) => async () => void events.push(name);
    const first = executor.execute(task("first"));
    const second = executor.execute(task("second"));
    setImmediate(() => events.push("turn"));
    await Promise.all([first, second]);
    expect(events).toEqual(["first", "turn", "second"]);
  });
});
