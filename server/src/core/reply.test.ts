import { describe, expect, it } from "vitest";
import { mapReply, promiseReply, type Reply, replyWith } from "./reply.ts";

const failure = new Error("no");

/** Notes how it ends. */
function createNote(): Reply<unknown> & { readonly ends: readonly unknown[] } {
  const ends: unknown[] = [];
  return {
    ends,
    answer: (answer) => ends.push({ answer }),
    fail: (reason) => ends.push({ reason }),
  };
}

describe("promiseReply()", () => {
  it("resolves with the answer", async () => {
    expect(await promiseReply((reply) => reply.answer(7))).toBe(7);
  });

  it("rejects with the failure", async () => {
    await expect(promiseReply((reply) => reply.fail(failure))).rejects.toBe(failure);
  });
});

describe("replyWith()", () => {
  const works: [string, () => unknown, unknown][] = [
    ["what is answered at once", () => 7, { answer: 7 }],
    ["what is promised", () => Promise.resolve(7), { answer: 7 }],
    ["what is thrown", () => assertNever(), { reason: failure }],
    ["what is rejected", () => Promise.reject(failure), { reason: failure }],
  ];
  it.each(works)("ends by %s", async (_, work, end) => {
    const note = createNote();
    await replyWith(note, work);
    expect(note.ends).toEqual([end]);
  });
});

describe("mapReply()", () => {
  const ends: [string, (reply: Reply<number>) => void, unknown][] = [
    ["turns an answer into another", (reply) => reply.answer(7), { answer: "7" }],
    ["fails where that does", (reply) => reply.answer(-1), { reason: failure }],
    ["passes a failure on", (reply) => reply.fail(failure), { reason: failure }],
  ];
  it.each(ends)("%s", (_, end, expected) => {
    const note = createNote();
    end(mapReply(note, (value: number) => (value < 0 ? assertNever() : String(value))));
    expect(note.ends).toEqual([expected]);
  });
});

function assertNever(): never {
  throw failure;
}
