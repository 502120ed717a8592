import { describe, expect, it } from "vitest";
import {
  createFrame,
  errorCodes,
  frameFlags,
  frameTypes,
  headerFrames,
  resetFrame,
  windowUpdateFrame,
} from "../../server/src/transport/http2/frames.ts";
import { echoOf, poll, readEcho, startHttp2Bench } from "../support/http2-bench.ts";
import {
  call,
  callFields,
  callHeaders,
  continued,
  data,
  headers,
  padded,
  prioritized,
  settings,
} from "../support/raw-frames.ts";
import { requestOf } from "../support/stream-bench.ts";

const { protocolError, flowControlError, streamClosed, compressionError, enhanceYourCalm } =
  errorCodes;
const frameSizeError = 6;
const request = requestOf("iris");
const nothing = Buffer.alloc(0);
const largestFrame = 16 * 1024;

/** A frame of some type with zeros in it. */
const zeros = (type: number, stream: number, length: number): Buffer =>
  createFrame({ type, flags: 0, stream }, Buffer.alloc(length));

/** HEADERS of a call that has sent nothing, and is then ended by its trailers. */
const withTrailers = (trailers: Record<string, string>, isEnd: boolean): readonly Buffer[] => [
  callHeaders(1),
  data(1, request),
  headers(1, trailers, isEnd),
];

describe("a call that is not as it should be", () => {
  it.each<[string, readonly Buffer[], number]>([
    ["is shorter than it says", [call(1, "iris", { "content-length": "12" })], protocolError],
    ["is longer than it says", [call(1, "iris", { "content-length": "1" })], protocolError],
    [
      "is shorter than it says and ends with trailers",
      [callHeaders(1, { "content-length": "99" }), data(1, request), headers(1, { x: "1" }, true)],
      protocolError,
    ],
    ["has trailers that end nothing", withTrailers({ x: "1" }, false), protocolError],
    ["has pseudo-headers for trailers", withTrailers({ ":path": "/" }, true), protocolError],
    [
      "has trailers that are too large",
      withTrailers({ x: "x".repeat(40_000) }, true),
      protocolError,
    ],
    [
      "has headers that are too large",
      [callHeaders(1, { x: "x".repeat(40_000) })],
      enhanceYourCalm,
    ],
    ["comes after itself", [prioritized(callHeaders(1), 1)], protocolError],
    ["is opened by no bytes", [callHeaders(1), windowUpdateFrame(1, 0)], protocolError],
    ["is opened too wide", [callHeaders(1), windowUpdateFrame(1, 2 ** 31 - 1)], flowControlError],
  ])("is reset, and nothing else is, where it %s", async (_, frames, code) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(...frames);
    const { headers: head, resetCode } = await client.answer(1);
    expect({ head, resetCode }).toEqual({ head: undefined, resetCode: code });
    client.send(data(1, request), headers(1, { x: "1" }, true), call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });

  it.each<[string, readonly Buffer[]]>([
    ["DATA", [data(1, request)]],
    ["DATA with padding", [padded(data(1, request), 3)]],
    ["empty DATA", [data(1, nothing)]],
    ["trailers", [headers(1, { x: "1" }, true)]],
  ])("is reset where %s comes after its end", async (_, frames) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(call(1, "slow"), ...frames, call(3, "iris"));
    expect((await client.answer(1)).resetCode).toBe(streamClosed);
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });

  it("is reset where DATA comes after its answer", async () => {
    const client = await (await startHttp2Bench()).connect();
    client.send(call(1, "iris"));
    await client.answer(1);
    client.send(data(1, request), call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
    expect(client.stream(1).resetCode).toBe(streamClosed);
  });
});

describe("a connection that is not as it should be", () => {
  const unfinished = continued(callHeaders(1), [10]).subarray(0, 9 + 10);
  it.each<[string, readonly Buffer[], number]>([
    ["HPACK that cannot be read", [headerFrames(1, Buffer.of(0x80), false)], compressionError],
    [
      "HPACK that cannot be read, for trailers",
      [callHeaders(1), headerFrames(1, Buffer.of(0xff), true)],
      compressionError,
    ],
    [
      "HEADERS whose padding is longer than its frame",
      [padded(callHeaders(1), 1).fill(255, 9, 10)],
      protocolError,
    ],
    ["HEADERS with an even stream", [callHeaders(2)], protocolError],
    ["HEADERS on the connection", [callHeaders(0)], protocolError],
    ["HEADERS below the highest stream", [call(5, "x"), callHeaders(3)], streamClosed],
    ["CONTINUATION of nothing", [zeros(frameTypes.continuation, 1, 0)], protocolError],
    [
      "CONTINUATION of another stream",
      [unfinished, zeros(frameTypes.continuation, 3, 0)],
      protocolError,
    ],
    ["DATA within a header block", [unfinished, data(1, request)], protocolError],
    ["padded DATA within a header block", [unfinished, padded(data(1, request), 1)], protocolError],
    ["PING within a header block", [unfinished, zeros(frameTypes.ping, 0, 8)], protocolError],
    ["an unknown frame within a header block", [unfinished, zeros(99, 0, 8)], protocolError],
    ["DATA on the connection", [data(0, request)], protocolError],
    ["DATA on a stream that was never opened", [data(1, request)], protocolError],
    [
      "padding longer than its frame",
      [callHeaders(1), padded(data(1, request), 1).fill(255, 9, 10)],
      protocolError,
    ],
    [
      "padding without its length",
      [callHeaders(1), createFrame({ type: frameTypes.data, flags: frameFlags.padded, stream: 1 })],
      protocolError,
    ],
    ["a frame that is too large", [callHeaders(1), data(1, Buffer.alloc(largestFrame + 1))], 6],
    ["a small frame that is too large", [zeros(frameTypes.ping, 0, 9)], frameSizeError],
    [
      "RST_STREAM of 3 bytes",
      [callHeaders(1), zeros(frameTypes.resetStream, 1, 3)],
      frameSizeError,
    ],
    ["RST_STREAM of an idle stream", [resetFrame(1, 0)], protocolError],
    ["RST_STREAM of the connection", [resetFrame(0, 0)], protocolError],
    ["WINDOW_UPDATE of 3 bytes", [callHeaders(1), zeros(frameTypes.windowUpdate, 1, 3)], 6],
    ["WINDOW_UPDATE of an idle stream", [windowUpdateFrame(1, 1)], protocolError],
    ["WINDOW_UPDATE of no bytes", [windowUpdateFrame(0, 0)], protocolError],
    ["a connection opened too wide", [windowUpdateFrame(0, 2 ** 31 - 1)], flowControlError],
    ["PRIORITY of the connection", [zeros(frameTypes.priority, 0, 5)], protocolError],
    ["SETTINGS of 5 bytes", [zeros(frameTypes.settings, 0, 5)], frameSizeError],
    ["SETTINGS of a stream", [zeros(frameTypes.settings, 1, 6)], protocolError],
    ["a window of 2 GiB in SETTINGS", [settings({ 4: 2 ** 31 })], flowControlError],
    ["frames of 16 MiB in SETTINGS", [settings({ 5: 2 ** 24 })], protocolError],
    ["PUSH_PROMISE", [zeros(5, 1, 4)], protocolError],
  ])("ends with %s", async (_, frames, code) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    await client.settle();
    client.send(...frames);
    const goaway = await client.failure();
    await client.close();
    expect(goaway.code).toBe(code);
    const other = await bench.connect();
    other.send(call(1, "iris"));
    expect(readEcho(await other.answer(1))).toEqual(echoOf("iris"));
  });

  it("ends with HEADERS on a stream that was answered", async () => {
    const client = await (await startHttp2Bench()).connect();
    client.send(call(1, "iris"));
    await client.answer(1);
    client.send(callHeaders(1));
    expect(await client.failure()).toEqual({ lastStream: 1, code: streamClosed });
    await client.close();
  });

  it("aborts the calls under way", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(call(1, "slow"));
    await poll(() => bench.slow.has("slow"));
    client.send(headers(0, callFields()));
    await client.close();
    await poll(() => bench.slow.get("slow")?.signal.aborted === true);
    await poll(() => bench.listener.connections() === 0);
    expect(bench.taken()).toBe(1);
  });
});
