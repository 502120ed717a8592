import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFrame, type Frame, frameFlags, frameTypes, readFrameHead } from "./frames.ts";
import { HeaderGatherer, readDependency } from "./header-gatherer.ts";

const { endHeaders, endStream, padded, priority } = frameFlags;
const stream = 5;

function frame(type: number, flags: number, payload: Uint8Array): Frame {
  const bytes = createFrame({ type, flags, stream }, payload);
  return { ...readFrameHead(bytes, 0), bytes };
}

const headers = (flags: number, ...payload: readonly number[]): Frame =>
  frame(frameTypes.headers, flags, Uint8Array.from(payload));
const continuation = (flags: number, ...payload: readonly number[]): Frame =>
  frame(frameTypes.continuation, flags, Uint8Array.from(payload));

describe("begin() of HeaderGatherer", () => {
  const whole = { stream, isEnd: false, dependsOn: undefined };
  it.each([
    ["a block", headers(endHeaders, 1, 2), { ...whole, block: Buffer.of(1, 2) }],
    ["no bytes", headers(endHeaders), { ...whole, block: Buffer.of() }],
    ["the end", headers(endHeaders | endStream, 1), { ...whole, isEnd: true, block: Buffer.of(1) }],
    ["padding", headers(endHeaders | padded, 2, 7, 0, 0), { ...whole, block: Buffer.of(7) }],
    ["padding of no bytes", headers(endHeaders | padded, 0, 7), { ...whole, block: Buffer.of(7) }],
    ["nothing but padding", headers(endHeaders | padded, 1, 0), { ...whole, block: Buffer.of() }],
    [
      "a priority",
      headers(endHeaders | priority, 0x80, 0, 1, 2, 16, 7),
      { ...whole, block: Buffer.of(7), dependsOn: 258 },
    ],
    [
      "padding and a priority",
      headers(endHeaders | padded | priority, 2, 0, 0, 0, 3, 16, 7, 0, 0),
      { ...whole, block: Buffer.of(7), dependsOn: 3 },
    ],
  ])("gives a block at once from a frame with %s", (_, given, expected) => {
    const gatherer = new HeaderGatherer(100);
    expect(gatherer.begin(given)).toEqual(expected);
    expect(gatherer.awaited).toBeUndefined();
  });

  it.each([
    ["more padding than there are bytes", headers(endHeaders | padded, 2, 0)],
    ["padding without its length", headers(endHeaders | padded)],
    ["a priority that is cut off", headers(endHeaders | priority, 0, 0, 0, 0)],
    ["padding in its priority", headers(endHeaders | padded | priority, 1, 0, 0, 0, 3, 16)],
    ["padding that is too long, to be continued", headers(padded, 9)],
  ])("finds %s malformed", (_, given) => {
    expect(new HeaderGatherer(100).begin(given)).toBe("malformed");
  });
});

describe("proceed() of HeaderGatherer", () => {
  it("gives the block with what its first frame said", () => {
    const gatherer = new HeaderGatherer(100);
    expect(gatherer.begin(headers(padded | priority | endStream, 1, 0, 0, 0, 3, 0, 7, 0))).toBe(
      undefined,
    );
    expect(gatherer.awaited).toBe(stream);
    expect(gatherer.proceed(continuation(0))).toBeUndefined();
    expect(gatherer.proceed(continuation(endStream, 8))).toBeUndefined();
    expect(gatherer.awaited).toBe(stream);
    const block = Buffer.of(7, 8, 9);
    expect(gatherer.proceed(continuation(endHeaders, 9))).toEqual({
      stream,
      isEnd: true,
      block,
      dependsOn: 3,
    });
    expect(gatherer.awaited).toBeUndefined();
    expect(gatherer.begin(headers(endHeaders, 1))).toMatchObject({
      isEnd: false,
      dependsOn: undefined,
    });
  });

  it("gives the same block however it is cut", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 2, maxLength: 32 });
    fc.assert(
      fc.property(parts, (blocks) => {
        const gatherer = new HeaderGatherer(1000);
        const last = blocks.length - 1;
        const given = blocks.map((part, index) => {
          const flags = index === last ? endHeaders : 0;
          return index === 0
            ? gatherer.begin(frame(frameTypes.headers, flags, part))
            : gatherer.proceed(frame(frameTypes.continuation, flags, part));
        });
        expect(given.slice(0, last)).toEqual(Array.from({ length: last }));
        expect(given[last]).toMatchObject({ block: Buffer.concat(blocks) });
      }),
    );
  });

  it.each([
    ["at its first frame", 0, 11],
    ["at a further one", 6, 5],
  ])("refuses a block %s that has too many bytes", (_, first, second) => {
    const gatherer = new HeaderGatherer(10);
    const outcomes = [
      gatherer.begin(frame(frameTypes.headers, 0, Buffer.alloc(first))),
      gatherer.proceed(frame(frameTypes.continuation, endHeaders, Buffer.alloc(second))),
    ];
    expect(outcomes).toEqual([undefined, "too large"]);
  });

  it("takes a block that is just as large as it may be", () => {
    const gatherer = new HeaderGatherer(10);
    expect(gatherer.begin(frame(frameTypes.headers, 0, Buffer.alloc(6)))).toBeUndefined();
    const last = frame(frameTypes.continuation, endHeaders, Buffer.alloc(4));
    expect(gatherer.proceed(last)).toMatchObject({ block: Buffer.alloc(10) });
  });

  it("refuses a block of more than 32 frames", () => {
    const gatherer = new HeaderGatherer(100);
    const outcomes = [
      gatherer.begin(headers(0)),
      ...Array.from({ length: 32 }, () => gatherer.proceed(continuation(0))),
    ];
    expect(outcomes.indexOf("too large")).toBe(32);
  });
});

describe("readDependency()", () => {
  it("reads the stream without the flag before it", () => {
    expect(readDependency(Buffer.of(0, 0xff, 0xff, 0xff, 0xff), 1)).toBe(2 ** 31 - 1);
  });
});
