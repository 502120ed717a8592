import { describe, expect, it } from "vitest";
import { createInlineExecutor } from "./inline-executor.ts";

describe("createInlineExecutor()", () => {
  it("runs tasks one at a time, in the order in which they were given", async () => {
    const executor = createInlineExecutor();
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
    const executor = createInlineExecutor();
    const failing = executor.execute(() => Promise.reject(new Error("no")));
    const next = executor.execute(() => Promise.resolve("yes"));
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  it("gives the event loop a turn before each task", async () => {
    const executor = createInlineExecutor();
    const events: string[] = [];
    const task = (name: string) => async () => void events.push(name);
    const first = executor.execute(task("first"));
    const second = executor.execute(task("second"));
    setImmediate(() => events.push("turn"));
    await Promise.all([first, second]);
    expect(events).toEqual(["first", "turn", "second"]);
  });
});
