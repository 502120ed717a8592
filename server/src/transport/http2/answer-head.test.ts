import { afterEach, describe, expect, it, vi } from "vitest";
import type { PlainAnswer } from "../plain-protocols.ts";
import { AnswerHead, trailerBlock } from "./answer-head.ts";
import { createHeaderDecoder } from "./hpack/header-decoder.ts";

const limits = { maxListBytes: 100_000, maxFields: 100 };
const answer: PlainAnswer = { status: 200, contentType: "application/proto", body: [] };

/** What a client reads of a head that is written into the middle of other bytes. */
function read(head: AnswerHead): {
  readonly list: readonly string[] | undefined;
  readonly around: readonly number[];
} {
  const target = Buffer.alloc(head.bytes + 20, 0xee);
  const end = head.write(target, 10);
  expect(end - 10).toBeLessThanOrEqual(head.bytes);
  const list = createHeaderDecoder(limits).decode(target.subarray(10, end));
  return { list, around: [...target.subarray(0, 10), ...target.subarray(end)] };
}

const dated = ["date", "Thu, 01 Jan 1970 00:16:40 GMT"];

afterEach(() => vi.useRealTimers());

describe("AnswerHead", () => {
  const start = (status: string, type = "application/proto"): readonly string[] => [
    ":status",
    status,
    "content-type",
    type,
    ...dated,
  ];
  it.each<[string, PlainAnswer, Record<string, string> | undefined, readonly string[]]>([
    ["a length", answer, undefined, [...start("200"), "content-length", "70000"]],
    [
      "another status and content type",
      { ...answer, status: 418, contentType: "application/json" },
      undefined,
      [...start("418", "application/json"), "content-length", "70000"],
    ],
    ["no length where trailers end it", { ...answer, trailers: {} }, undefined, start("200")],
    [
      "the method's headers, those of others, and the encoding, in this order",
      { ...answer, headers: { "x-a": "1", "x-b": "" }, contentEncoding: "gzip" },
      { vary: "Origin" },
      [
        ...start("200"),
        ..."x-a 1".split(" "),
        "x-b",
        "",
        ..."vary Origin content-encoding gzip content-length 70000".split(" "),
      ],
    ],
    [
      "long values and all of Latin-1",
      { ...answer, trailers: {}, headers: { long: "l".repeat(50_000), latin: "\t ~\x80\xff" } },
      undefined,
      [...start("200"), "long", "l".repeat(50_000), "latin", "\t ~\x80\xff"],
    ],
  ])("is read back with %s", (_, given, others, list) => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { list: found, around } = read(new AnswerHead(given, 70_000, others));
    expect(found).toEqual(list);
    expect(new Set(around)).toEqual(new Set([0xee]));
  });

  it("has the time of its second, also where the clock is set back", () => {
    vi.useFakeTimers();
    const dateAt = (ms: number): string | undefined => {
      vi.setSystemTime(ms);
      return read(new AnswerHead(answer, 0, undefined)).list?.[5];
    };
    expect([5_000_000, 5_000_999, 5_001_000, 4_999_999, 9_000_500, 9_001_000].map(dateAt)).toEqual(
      ["20", "20", "21", "19"]
        .map((end) => `Thu, 01 Jan 1970 01:23:${end} GMT`)
        .concat("Thu, 01 Jan 1970 02:30:00 GMT", "Thu, 01 Jan 1970 02:30:01 GMT"),
    );
  });
});

describe("trailerBlock()", () => {
  const decode = (block: Buffer): readonly string[] | undefined =>
    createHeaderDecoder(limits).decode(block);

  it("is read back", () => {
    const block = trailerBlock({ "grpc-status": "3", "grpc-message": "m\xe4" });
    expect(decode(block)).toEqual(["grpc-status", "3", "grpc-message", "m\xe4"]);
  });

  it("is the same for trailers that many answers share, and never for those that may change", () => {
    const shared = Object.freeze({ "grpc-status": "0" });
    expect(trailerBlock(shared)).toBe(trailerBlock(shared));
    const own: Record<string, string> = { "grpc-status": "0" };
    trailerBlock(own);
    own["grpc-status"] = "1";
    expect(decode(trailerBlock(own))).toEqual(["grpc-status", "1"]);
  });
});
