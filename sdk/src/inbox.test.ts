import { describe, expect, it } from "vitest";
import { createInbox } from "./inbox.ts";

async function* failing(): AsyncGenerator<string> {
  yield "a";
  throw new Error("lost");
}

describe("createInbox()", () => {
  it("gives items and answers, each as soon as it is there", async () => {
    const inbox = createInbox<string>();
    const gate = Promise.withResolvers<void>();
    async function* answers(): AsyncGenerator<string> {
      yield "answer 1";
      await gate.promise;
      yield "answer 2";
    }
    const merged = inbox.merge(answers());
    expect(await merged.next()).toEqual({ done: false, value: "answer 1" });
    const next = merged.next();
    inbox.push("item");
    expect(await next).toEqual({ done: false, value: "item" });
    gate.resolve();
    expect(await merged.next()).toEqual({ done: false, value: "answer 2" });
    expect(await merged.next()).toEqual({ done: true, value: undefined });
  });

  it("gives the items that are there before the answers end or fail", async () => {
    const inbox = createInbox<string>();
    const merged = inbox.merge(failing());
    expect(await merged.next()).toMatchObject({ value: "a" });
    inbox.push("item");
    expect(await merged.next()).toMatchObject({ value: "item" });
    await expect(merged.next()).rejects.toThrow("lost");
  });

  it("asks for no answer that nobody reads", async () => {
    let asked = 0;
    const answers = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: (asked += 1) }),
      }),
    };
    const merged = createInbox<never>().merge(answers);
    await merged.next();
    await merged.next();
    expect(asked).toBe(2);
  });
});
