import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCollectingSocket } from "../../../../test/support/collecting-socket.ts";
import type { PlainAnswer } from "../plain-protocols.ts";
import { AnswerSender } from "./answer-sender.ts";
import { CallStream } from "./call-stream.ts";
import { FrameOutput } from "./frame-output.ts";
import { type Frame, frameFlags, frameHeadBytes, frameTypes, largestWindow } from "./frames.ts";
import { createHeaderDecoder } from "./hpack/header-decoder.ts";

const host = { answer: () => {} };
const trailers = { "grpc-status": "0" };

/** An answer of pieces with these lengths; no two bytes near each other are the same. */
function answerOf(lengths: readonly number[], hasTrailers = true): PlainAnswer {
  let next = 0;
  const body = lengths.map((length) => Uint8Array.from({ length }, () => (next += 1) % 251));
  const answer = { status: 200, contentType: "application/grpc+proto", body };
  return hasTrailers ? { ...answer, trailers } : answer;
}

/** What has been written of an answer. */
interface Written {
  readonly types: readonly number[];
  readonly body: Buffer;
  /** The places of the frames that end the stream. */
  readonly ends: readonly number[];
}

interface Bench {
  readonly sender: AnswerSender;
  readonly sent: readonly number[];
  readonly open: (id: number, window: number) => CallStream;
  readonly frames: () => readonly Frame[];
  readonly written: (id: number) => Written;
  readonly hold: () => void;
  readonly release: () => void;
}

function createBench(): Bench {
  const { socket, frames, hold, release } = createCollectingSocket();
  const output = new FrameOutput(socket);
  const sent: number[] = [];
  const sender = new AnswerSender(output, ({ id }) => sent.push(id));
  socket.on("drain", () => sender.sendMore());
  const all = (): readonly Frame[] => {
    output.flush();
    return frames;
  };
  return {
    sender,
    sent,
    open: (id, sendBytes) => new CallStream(host, { id, headers: {}, receiveBytes: 0, sendBytes }),
    frames: all,
    written(id) {
      const own = all().filter(({ stream }) => stream === id);
      const data = own.filter(({ type }) => type === frameTypes.data);
      return {
        types: own.map(({ type }) => type),
        body: Buffer.concat(data.map(({ bytes }) => bytes.subarray(frameHeadBytes))),
        ends: own.flatMap(({ type, flags }, place) =>
          type <= frameTypes.headers && (flags & frameFlags.endStream) !== 0 ? [place] : [],
        ),
      };
    },
    hold,
    release,
  };
}

const { continuation, data, headers } = frameTypes;

/** Reads a header block. */
function decode(block: Buffer): readonly string[] | undefined {
  return createHeaderDecoder({ maxListBytes: 100_000, maxFields: 100 }).decode(block);
}

/** Reads what is in the first frame, of HEADERS. */
function readHead([first]: readonly Frame[]): readonly string[] | undefined {
  return decode(first?.bytes.subarray(frameHeadBytes) ?? Buffer.alloc(0));
}

describe("send() of AnswerSender", () => {
  it.each([
    ["trailers", answerOf([5, 0, 7]), [headers, data, headers]],
    ["no trailers", answerOf([5, 7], false), [headers, data]],
    ["nothing but trailers", answerOf([]), [headers, headers]],
    ["an empty piece and trailers", answerOf([0]), [headers, headers]],
    ["nothing", answerOf([], false), [headers]],
    ["an empty piece", answerOf([0], false), [headers]],
  ])("writes an answer with %s whole", (_, answer, types) => {
    const { sender, sent, open, frames, written } = createBench();
    sender.send(open(1, 1000), answer, { vary: "Origin" });
    const end = types.length - 1;
    expect(written(1)).toEqual({ types, body: Buffer.concat(answer.body), ends: [end] });
    expect(readHead(frames())).toContain("Origin");
    expect(sent).toEqual([1]);
    expect(sender.window).toBe(65_535 - written(1).body.byteLength);
  });

  it.each([
    ["its stream's window is smaller", 11, 65_535, 16_384, [11]],
    ["the connection's window is smaller", 1000, 11, 16_384, [11]],
    ["its stream's window is closed", 0, 65_535, 16_384, []],
    ["its stream's window is less than nothing", -5, 65_535, 16_384, []],
    ["the connection's window is closed", 1000, 0, 16_384, []],
  ])("keeps the rest of an answer where %s", (_, own, window, largest, lengths) => {
    const { sender, sent, open, frames } = createBench();
    sender.window = window;
    sender.maxFrameBytes = largest;
    sender.send(open(1, own), answerOf([12]), undefined);
    expect(readHead(frames())?.slice(0, 4)).toEqual([
      ":status",
      "200",
      "content-type",
      "application/grpc+proto",
    ]);
    const rest = frames().slice(1);
    expect(rest.map(({ length }) => length)).toEqual(lengths);
    expect(sent).toEqual([]);
  });

  it("cuts an answer into frames as large as the client takes", () => {
    const { sender, sent, open, frames, written } = createBench();
    const answer = answerOf([40_000, 3, 16_384]);
    sender.send(open(1, 100_000), answer, undefined);
    const lengths = frames()
      .filter(({ type }) => type === data)
      .map(({ length }) => length);
    expect(lengths).toEqual([16_384, 16_384, 7232, 3, 16_384]);
    expect(written(1).body.equals(Buffer.concat(answer.body))).toBe(true);
    expect(sent).toEqual([1]);
  });

  it.each([
    ["headers", { ...answerOf([5]), headers: { long: "l".repeat(40_000) } }, 0],
    [
      "headers without a body",
      { ...answerOf([], false), headers: { long: "l".repeat(40_000) } },
      0,
    ],
    ["trailers", { ...answerOf([5]), trailers: { long: "l".repeat(40_000) } }, 2],
    ["trailers without a body", { ...answerOf([]), trailers: { long: "l".repeat(40_000) } }, 1],
  ])("writes %s in several frames that one has no room for", (_, answer, place) => {
    const { sender, sent, open, frames, written } = createBench();
    sender.send(open(1, 1000), answer, undefined);
    const parts = frames().slice(place, place + 3);
    expect(parts.map(({ type }) => type)).toEqual([headers, continuation, continuation]);
    expect(parts.map(({ flags }) => flags & frameFlags.endHeaders)).toEqual([0, 0, 4]);
    const block = Buffer.concat(parts.map(({ bytes }) => bytes.subarray(frameHeadBytes)));
    expect(decode(block)).toContain("l".repeat(40_000));
    expect(written(1).body.equals(Buffer.concat(answer.body))).toBe(true);
    expect(frames().every(({ length }) => length <= 16_384)).toBe(true);
    expect(sent).toEqual([1]);
  });

  it("gives a client nothing more that has too much to take, and the rest when it has", async () => {
    const { sender, sent, open, hold, release, written } = createBench();
    sender.window = 10_000_000;
    const large = answerOf(Array.from({ length: 70 }, () => 30_000));
    hold();
    sender.send(open(1, 10_000_000), large, undefined);
    sender.send(open(3, 1000), answerOf([]), undefined);
    sender.send(open(5, 1000), answerOf([0], false), undefined);
    expect(sent).not.toContain(1);
    expect(sent).not.toContain(3);
    release();
    await expect.poll(() => sent.length).toBe(3);
    expect(written(1).body.equals(Buffer.concat(large.body))).toBe(true);
    expect(written(3)).toMatchObject({ types: [headers, headers], ends: [1] });
    expect(written(5)).toMatchObject({ types: [headers], ends: [0] });
  });
});

describe("sendMore() of AnswerSender", () => {
  it("sends a frame of each stream in turn", () => {
    const { sender, open, frames } = createBench();
    const streams = [1, 3, 5].map((id) => open(id, 0));
    for (const stream of streams) sender.send(stream, answerOf([40_000]), undefined);
    for (const stream of streams) stream.sendWindow = 40_000;
    const before = frames().length;
    sender.window = 1_000_000;
    sender.sendMore();
    const inTurn = frames()
      .slice(before)
      .filter(({ type }) => type === data)
      .map(({ stream }) => stream);
    expect(inTurn).toEqual([1, 3, 5, 1, 3, 5, 1, 3, 5]);
  });

  it("passes a stream over whose own window is closed", () => {
    const { sender, sent, open, written } = createBench();
    const [first, second] = [open(1, 0), open(3, 0)];
    for (const stream of [first, second]) sender.send(stream, answerOf([10]), undefined);
    second.sendWindow = 10;
    sender.sendMore();
    expect(sent).toEqual([3]);
    expect(written(1).types).toEqual([headers]);
  });

  it("sends nothing of a stream that was dropped, or closed", () => {
    const { sender, sent, open, written } = createBench();
    const [dropped, closed, left] = [open(1, 0), open(3, 0), open(5, 0)];
    for (const stream of [dropped, closed, left]) sender.send(stream, answerOf([10]), undefined);
    for (const stream of [dropped, closed, left]) stream.sendWindow = 10;
    sender.drop(dropped);
    sender.drop(dropped);
    closed.close();
    sender.sendMore();
    expect(sent).toEqual([5]);
    expect([written(1).types, written(3).types]).toEqual([[headers], [headers]]);
  });
});

describe("open() of AnswerSender", () => {
  it("says whether the window can be so wide", () => {
    const { sender } = createBench();
    sender.window = 0;
    expect([sender.open(largestWindow), sender.open(1)]).toEqual([true, false]);
  });
});

describe("the windows of an AnswerSender", () => {
  const anyAnswer = fc.record({
    lengths: fc.array(fc.nat({ max: 60 }), { maxLength: 5 }),
    window: fc.integer({ min: -20, max: 100 }),
    hasTrailers: fc.boolean(),
  });
  const anyStep = fc.oneof(
    fc.record({ opened: fc.constant(-1), bytes: fc.integer({ min: 1, max: 80 }) }),
    fc.record({ opened: fc.nat({ max: 5 }), bytes: fc.integer({ min: -30, max: 60 }) }),
  );

  it("are kept, and every answer comes whole, in whatever order they open", () => {
    const cases = [
      fc.array(anyAnswer, { minLength: 1, maxLength: 5 }),
      fc.array(anyStep, { maxLength: 40 }),
      fc.integer({ min: 2, max: 50 }),
      fc.nat({ max: 100 }),
    ] as const;
    fc.assert(
      fc.property(...cases, (answers, steps, largest, window) => {
        const { sender, sent, open, frames, written } = createBench();
        sender.maxFrameBytes = largest;
        sender.window = window;
        let allowed = window;
        const streams = answers.map((each, index) => ({
          call: open(1 + 2 * index, each.window),
          answer: answerOf(each.lengths, each.hasTrailers),
          /** The most that was ever allowed. */
          allowed: each.window,
          opened: each.window,
        }));
        for (const { call, answer } of streams) sender.send(call, answer, undefined);
        const openStream = (stream: (typeof streams)[number], bytes: number): void => {
          stream.call.sendWindow += bytes;
          stream.opened += bytes;
          stream.allowed = Math.max(stream.allowed, stream.opened);
        };
        for (const { opened, bytes } of steps) {
          const stream = streams[opened];
          if (stream !== undefined) openStream(stream, bytes);
          else {
            allowed += Math.max(bytes, 0);
            sender.open(Math.max(bytes, 0));
          }
          sender.sendMore();
        }
        const before = frames().filter(({ type }) => type === data);
        const total = before.reduce((sum, { length }) => sum + length, 0);
        expect(total).toBeLessThanOrEqual(allowed);
        for (const { call, allowed: most } of streams)
          expect(written(call.id).body.byteLength).toBeLessThanOrEqual(Math.max(most, 0));
        sender.open(100_000);
        for (const stream of streams) openStream(stream, 100_000);
        sender.sendMore();
        expect(frames().every(({ length, type }) => type !== data || length <= largest)).toBe(true);
        for (const { call, answer } of streams) {
          const { types, body, ends } = written(call.id);
          expect(body.equals(Buffer.concat(answer.body))).toBe(true);
          expect(ends).toEqual([types.length - 1]);
        }
        expect(sent.toSorted((a, b) => a - b)).toEqual(streams.map(({ call }) => call.id));
      }),
      { numRuns: 500 },
    );
  });
});
