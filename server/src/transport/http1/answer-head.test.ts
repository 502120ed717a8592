import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAnswerHeads } from "./answer-head.ts";

const answer = { status: 200, contentType: "application/json", body: [] };
const common = { answer, length: 7, added: undefined, close: false };

describe("createAnswerHeads()", () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5, 999) }));
  afterEach(() => void vi.useRealTimers());

  it("writes a head as Node does", () => {
    expect(createAnswerHeads(75_900).write(common)).toBe(
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 7\r\n" +
        "Date: Fri, 02 Jan 2026 03:04:05 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=75\r\n\r\n",
    );
  });

  it("tells the time of each answer", () => {
    const heads = createAnswerHeads(1000);
    heads.write(common);
    vi.advanceTimersByTime(1);
    expect(heads.write(common)).toContain("\r\nDate: Fri, 02 Jan 2026 03:04:06 GMT\r\n");
  });

  it("tells no time where connections are kept for ever", () => {
    expect(createAnswerHeads(0).write(common)).toMatch(/Connection: keep-alive\r\n\r\n$/);
  });

  it("puts added headers first, where the answer's own replace them", () => {
    const own = { ...answer, status: 429, headers: { vary: "x", b: "2" }, contentEncoding: "gzip" };
    const added = { a: "1", vary: "Origin" };
    expect(createAnswerHeads(0).write({ answer: own, length: 1, added, close: true })).toBe(
      "HTTP/1.1 429 Too Many Requests\r\na: 1\r\nvary: x\r\nb: 2\r\ncontent-type: application/json\r\n" +
        "content-length: 1\r\ncontent-encoding: gzip\r\nDate: Fri, 02 Jan 2026 03:04:05 GMT\r\n" +
        "Connection: close\r\n\r\n",
    );
  });

  it.each([{ "x-a": "1\r\nx-b: 2" }, { "x-a": "\u{100}" }, { "x a": "1" }, { "": "1" }])(
    "refuses the headers %j",
    (added) => {
      expect(() => createAnswerHeads(0).write({ ...common, added })).toThrow(TypeError);
    },
  );
});
