import { describe, expect, it } from "vitest";
import { readAnswer } from "./http1.ts";

const declared = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody";
const chunked =
  "HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n";

describe("readAnswer()", () => {
  it.each([
    { name: "a declared length", text: declared, status: 200 },
    { name: "chunks", text: chunked, status: 503 },
  ])("reads an answer of $name once it is whole, and says where it ends", ({ text, status }) => {
    const bytes = Buffer.from(`${text}HTTP/1.1 200`);
    for (let length = 0; length < text.length; length += 1)
      expect(readAnswer(bytes.subarray(0, length))).toBeUndefined();
    const answer = readAnswer(bytes);
    expect(answer?.status).toBe(status);
    expect(answer?.body.toString()).toBe("body");
    expect(answer?.end).toBe(text.length);
  });

  it.each([
    { text: "HTTP/1.1 200 OK\r\n\r\nbody", reason: "tells no length" },
    {
      text: "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n",
      reason: "without a size",
    },
  ])("refuses $text, whose length nobody can know", ({ text, reason }) => {
    expect(() => readAnswer(Buffer.from(text))).toThrow(reason);
  });
});
