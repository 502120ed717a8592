import { describe, expect, it } from "vitest";
import type { Executor } from "../../server/src/engine/executor.ts";

/** A task that the test ends. */
interface HeldTask {
  readonly run: () => Promise<string>;
  /** Resolves when the task begins. */
  readonly begun: Promise<void>;
  readonly end: () => void;
}

function createHeldTask(name: string, began: string[]): HeldTask {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    end: ended.resolve,
    async run() {
      began.push(name);
      begun.resolve();
      await ended.promise;
      return `result of ${name}`;
    },
  };
}

/** What every executor must do, however many tasks it runs at once. */
export function testExecutor(createExecutor: () => Executor): void {
  describe("execute()", () => {
    it("gives the result of a task", async () => {
      expect(await createExecutor().execute(() => Promise.resolve(7))).toBe(7);
    });

    it("rejects with what a task rejects with, and runs on", async () => {
      const executor = createExecutor();
      const fault = new Error("no");
      await expect(executor.execute(() => Promise.reject(fault))).rejects.toBe(fault);
      expect(await executor.execute(() => Promise.resolve("next"))).toBe("next");
    });

    it("begins no task before it returns", async () => {
      const began: string[] = [];
      const task = createHeldTask("a", began);
      task.end();
      const result = createExecutor().execute(task.run);
      expect(began).toEqual([]);
      expect(await result).toBe("result of a");
    });

    it("begins tasks in the order in which they were given", async () => {
      const executor = createExecutor();
      const began: string[] = [];
      const names = Array.from({ length: 20 }, (_, index) => `task ${index}`);
      const results = names.map((name) => {
        const task = createHeldTask(name, began);
        task.end();
        return executor.execute(task.run);
      });
      expect(await Promise.all(results)).toEqual(names.map((name) => `result of ${name}`));
      expect(began).toEqual(names);
    });

    it("takes a task that is given while another runs", async () => {
      const executor = createExecutor();
      const began: string[] = [];
      const [first, second] = [createHeldTask("first", began), createHeldTask("second", began)];
      const results = [executor.execute(first.run)];
      await first.begun;
      results.push(executor.execute(second.run));
      first.end();
      second.end();
      expect(await Promise.all(results)).toEqual(["result of first", "result of second"]);
    });
  });

  describe("queueLength", () => {
    it("counts the tasks that wait, and none that runs or has run", async () => {
      const executor = createExecutor();
      expect(executor.queueLength).toBe(0);
      const task = createHeldTask("a", []);
      const result = executor.execute(task.run);
      await task.begun;
      expect(executor.queueLength).toBe(0);
      task.end();
      await result;
      expect(executor.queueLength).toBe(0);
    });
  });
}
