import { describe, expect, it } from "vitest";
import { createCollectingSocket } from "../../../../test/support/collecting-socket.ts";
import { AnswerSender } from "./answer-sender.ts";
import { FrameOutput } from "./frame-output.ts";
import {
  createFrame,
  errorCodes,
  frameFlags,
  frameTypes,
  goawayFrame,
  resetFrame,
  windowUpdateFrame,
} from "./frames.ts";
import { RestFrames } from "./rest-frames.ts";
import { RestStreams } from "./rest-streams.ts";

const { endHeaders, endStream } = frameFlags;
const creditBytes = 16 * 1024;

function headers(stream: number, flags: number = endHeaders): Buffer {
  return createFrame({ type: frameTypes.headers, flags, stream }, Buffer.of(0x88));
}

function continuation(stream: number, flags: number = endHeaders): Buffer {
  return createFrame({ type: frameTypes.continuation, flags, stream }, Buffer.of(0x88));
}

function data(stream: number, length: number, flags = 0): Buffer {
  return createFrame({ type: frameTypes.data, flags, stream }, Buffer.alloc(length));
}

const ping = createFrame({ type: frameTypes.ping, flags: 0, stream: 0 }, Buffer.alloc(8));

interface Bench {
  readonly rest: RestFrames;
  readonly sender: AnswerSender;
  readonly streams: RestStreams;
  /** What was told, in order. */
  readonly told: readonly (readonly [string, unknown])[];
  /** The bytes that have gone out. */
  readonly sent: () => Buffer;
  /** The credits that Node's HTTP/2 has got. */
  readonly credits: () => Promise<readonly string[]>;
}

function createBench(window = 65_535): Bench {
  const { socket, frames } = createCollectingSocket();
  const output = new FrameOutput(socket);
  const sender = new AnswerSender(output, () => {});
  sender.window = window;
  const streams = new RestStreams();
  for (const id of [1, 3]) streams.open(id, true);
  const told: (readonly [string, unknown])[] = [];
  const pushed: string[] = [];
  const rest = new RestFrames({
    output,
    sender,
    streams,
    push: (bytes) => pushed.push(bytes.toString("hex")),
    lastStream: () => 7,
    credited: (bytes) => told.push(["credited", bytes]),
    wasReset: (stream) => told.push(["wasReset", stream]),
    leaving: (code) => told.push(["leaving", code]),
  });
  return {
    rest,
    sender,
    streams,
    told,
    sent() {
      output.flush();
      return Buffer.concat(frames.map(({ bytes }) => bytes));
    },
    async credits() {
      await new Promise(setImmediate);
      return pushed;
    },
  };
}

describe("push() of RestFrames", () => {
  it("sends every frame as it is, however it is cut", () => {
    const given = Buffer.concat([ping, headers(1), data(1, 100), data(1, 5, endStream), ping]);
    for (let place = 0; place <= given.byteLength; place += 1) {
      const { rest, sender, sent } = createBench();
      rest.push(given.subarray(0, place));
      rest.push(given.subarray(place));
      expect(sent().equals(given)).toBe(true);
      expect(sender.window).toBe(65_535 - 105);
    }
  });

  it("keeps the frames of a header block together", () => {
    const { rest, sent } = createBench();
    const [first, second, third] = [headers(1, endStream), continuation(1, 0), continuation(1)];
    rest.push(Buffer.concat([first, second]));
    expect(sent().byteLength).toBe(0);
    rest.push(third);
    expect(sent().equals(Buffer.concat([first, second, third]))).toBe(true);
  });

  it.each([
    ["DATA", [headers(1), data(1, 5, endStream)]],
    ["HEADERS", [headers(1, endHeaders | endStream)]],
    ["HEADERS and CONTINUATION", [headers(1, endStream), continuation(1)]],
    ["trailers", [headers(1), data(1, 5), headers(1, endHeaders | endStream)]],
  ])("notes that an answer has ended by %s, when that has gone out", (_, frames) => {
    const { rest, streams } = createBench();
    expect(
      frames.map((frame) => {
        rest.push(frame);
        return streams.has(1);
      }),
    ).toEqual(frames.map((__, index) => index < frames.length - 1));
    expect(streams.has(3)).toBe(true);
  });

  it("keeps what the connection's window has no room for, in order, and its trailers", () => {
    const { rest, sender, streams, sent } = createBench(150);
    const trailers = Buffer.concat([headers(1, endStream), continuation(1)]);
    rest.push(Buffer.concat([data(1, 100), data(1, 51), data(3, 10, endStream), trailers, ping]));
    expect(sent().equals(Buffer.concat([data(1, 100), ping]))).toBe(true);
    sender.open(1);
    rest.sendMore();
    const before = Buffer.concat([data(1, 100), ping, data(1, 51)]);
    expect(sent().equals(before)).toBe(true);
    expect(streams.size).toBe(2);
    sender.open(1000);
    rest.sendMore();
    const rests = [data(3, 10, endStream), trailers];
    expect(sent().equals(Buffer.concat([before, ...rests]))).toBe(true);
    expect([streams.size, sender.window]).toEqual([0, 990]);
  });

  it("sends empty DATA and other answers' headers where the window is closed", () => {
    const { rest, sent } = createBench(0);
    rest.push(Buffer.concat([data(1, 0, endStream), data(3, 1), headers(1)]));
    expect(sent().equals(Buffer.concat([data(1, 0, endStream), headers(1)]))).toBe(true);
  });

  it("lets Node's HTTP/2 send as much again as has gone out", async () => {
    const { rest, sender, credits } = createBench(creditBytes - 1);
    rest.push(Buffer.concat([data(1, creditBytes - 1), data(1, 5000)]));
    expect(await credits()).toEqual([]);
    sender.open(5000);
    rest.sendMore();
    const credit = windowUpdateFrame(0, creditBytes + 4999).toString("hex");
    expect(await credits()).toEqual([credit]);
    sender.open(100_000);
    rest.push(data(3, creditBytes));
    expect(await credits()).toEqual([credit, windowUpdateFrame(0, creditBytes).toString("hex")]);
  });

  it("gives no credit while Node's HTTP/2 writes", async () => {
    const { rest, credits } = createBench();
    const first = credits();
    let count = -1;
    void first.then(({ length }) => {
      count = length;
    });
    rest.push(data(1, creditBytes));
    await Promise.resolve();
    expect(count).toBe(-1);
    expect(await credits()).toHaveLength(1);
  });

  it("drops what waits of a stream that is reset, as if it had gone out", async () => {
    const { rest, sender, streams, told, sent, credits } = createBench(0);
    rest.push(Buffer.concat([data(1, 10_000), data(3, 10), data(1, 10_000), headers(1)]));
    rest.push(resetFrame(1, errorCodes.cancel));
    expect(sent().equals(resetFrame(1, errorCodes.cancel))).toBe(true);
    expect(told).toEqual([["wasReset", 1]]);
    expect([streams.has(1), streams.has(3)]).toEqual([false, true]);
    expect(await credits()).toEqual([windowUpdateFrame(0, 20_000).toString("hex")]);
    sender.open(100);
    rest.sendMore();
    expect(sent().subarray(13).equals(data(3, 10))).toBe(true);
  });

  it("tells how far the client's window of the connection is opened", () => {
    const { rest, told, sent } = createBench();
    const frames = Buffer.concat([windowUpdateFrame(0, 70_000), windowUpdateFrame(1, 5)]);
    rest.push(frames);
    expect(told).toEqual([["credited", 70_000]]);
    expect(sent().equals(frames)).toBe(true);
  });

  it.each([
    ["a lower one than the last", 3, 7],
    ["a higher one", 9, 9],
    ["none", 2 ** 31 - 1, 2 ** 31 - 1],
  ])("names the last stream of all in a GOAWAY that names %s", (_, given, expected) => {
    const { rest, told, sent } = createBench();
    rest.push(goawayFrame(given, errorCodes.protocolError));
    expect(sent().equals(goawayFrame(expected, errorCodes.protocolError))).toBe(true);
    expect(told).toEqual([["leaving", errorCodes.protocolError]]);
  });
});

describe("drop() of RestFrames", () => {
  it("does nothing for a stream of which nothing waits", async () => {
    const { rest, sender, sent, credits } = createBench(0);
    rest.push(data(3, creditBytes));
    rest.drop(1);
    sender.open(creditBytes);
    rest.sendMore();
    expect(sent().equals(data(3, creditBytes))).toBe(true);
    expect(await credits()).toHaveLength(1);
  });
});
