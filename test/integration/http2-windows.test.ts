import { describe, expect, it } from "vitest";
import {
  defaultWindowBytes,
  errorCodes,
  type Frame,
  frameHeadBytes,
  frameTypes,
  settingIds,
  windowUpdateFrame,
} from "../../server/src/transport/http2/frames.ts";
import { defaultHttp2Limits } from "../../server/src/transport/http2-limits.ts";
import { echoOf, readEcho, startHttp2Bench } from "../support/http2-bench.ts";
import {
  call,
  callFields,
  callHeaders,
  data,
  getHeaders,
  headers,
  settings,
} from "../support/raw-frames.ts";
import type { RawHttp2 } from "../support/raw-http2.ts";
import { requestOf } from "../support/stream-bench.ts";

const { initialWindowSize, maxFrameSize } = settingIds;
const largestFrame = 16 * 1024;

const dataOf = ({ frames }: RawHttp2): readonly Frame[] =>
  frames.filter(({ type }) => type === frameTypes.data);

const dataBytes = (client: RawHttp2): number =>
  dataOf(client).reduce((sum, { length }) => sum + length, 0);

/** Waits until so many bytes of answers have come, and makes sure that no more do. */
async function expectBytes(client: RawHttp2, bytes: number): Promise<void> {
  await client.until(() => dataBytes(client) >= bytes);
  await client.settle();
  await client.settle();
  expect(dataBytes(client)).toBe(bytes);
}

describe("the windows of a client", () => {
  it("keep an answer waiting, which goes out as they open", async () => {
    const client = await (await startHttp2Bench()).connect({
      streamWindow: 0,
      opensWindows: false,
    });
    client.send(call(1, "iris"));
    await client.until(() => client.stream(1).headers !== undefined);
    await expectBytes(client, 0);
    client.send(windowUpdateFrame(1, 3));
    await expectBytes(client, 3);
    client.send(windowUpdateFrame(1, 100));
    expect(readEcho(await client.answer(1))).toEqual(echoOf("iris"));
  });

  it("let an answer out that has no body", async () => {
    const client = await (await startHttp2Bench()).connect({
      streamWindow: 0,
      opensWindows: false,
    });
    client.send(call(1, "fails5"));
    expect((await client.answer(1)).trailers).toMatchObject({ "grpc-status": "3" });
  });

  it("become wider and narrower by SETTINGS while answers wait, and less than nothing", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect({ streamWindow: 100, opensWindows: false });
    client.send(call(1, "large1000"));
    await expectBytes(client, 100);
    client.send(settings({ [initialWindowSize]: 10 }), windowUpdateFrame(1, 90));
    await expectBytes(client, 100);
    client.send(windowUpdateFrame(1, 5));
    await expectBytes(client, 105);
    client.send(settings({ [initialWindowSize]: 30 }));
    await expectBytes(client, 125);
    client.send(settings({ [initialWindowSize]: 0 }), call(3, "iris"));
    await client.until(() => client.stream(3).headers !== undefined);
    await expectBytes(client, 125);
    client.send(settings({ [initialWindowSize]: 10_000 }));
    expect((await client.answer(1)).body.byteLength).toBeGreaterThan(1000);
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });

  it("of the connection are shared by all answers, of Node's HTTP/2 too", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect({ streamWindow: 10_000_000, opensWindows: false });
    client.send(call(1, "large100000"), getHeaders(3, "/bytes/100000"), call(5, "large100000"));
    await client.until(() => [1, 3, 5].every((id) => client.stream(id).headers !== undefined));
    // A frame of Node's HTTP/2 is not cut, and waits for all of its room.
    await client.until(() => dataBytes(client) > defaultWindowBytes - largestFrame);
    await client.settle();
    expect(dataBytes(client)).toBeLessThanOrEqual(defaultWindowBytes);
    client.send(windowUpdateFrame(0, 300_000));
    const answers = await Promise.all([1, 3, 5].map((id) => client.answer(id)));
    expect(answers.map(({ body }) => body.byteLength >= 100_000)).toEqual([true, true, true]);
    expect(answers[1]?.body.equals(Buffer.alloc(100_000, "b"))).toBe(true);
  });

  it("are shared in turns", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect({ streamWindow: 10_000_000, opensWindows: false });
    client.send(call(1, "large500000"), call(3, "large500000"));
    await client.until(() => [1, 3].every((id) => client.stream(id).headers !== undefined));
    await expectBytes(client, defaultWindowBytes);
    const before = dataOf(client).length;
    client.send(windowUpdateFrame(0, 20 * largestFrame));
    await expectBytes(client, defaultWindowBytes + 20 * largestFrame);
    const streams = dataOf(client)
      .slice(before)
      .map(({ stream }) => stream);
    const bothAlike = streams.filter((stream, index) => stream === streams[index - 1]);
    expect(bothAlike.length).toBeLessThan(3);
  });

  it("are filled with frames as large as the client takes", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect({ streamWindow: 10_000_000, opensWindows: false });
    client.send(windowUpdateFrame(0, 10_000_000), call(1, "large500000"));
    await client.answer(1);
    expect(Math.max(...dataOf(client).map(({ length }) => length))).toBe(largestFrame);
    client.send(settings({ [maxFrameSize]: 100_000 }), call(3, "large500000"));
    await client.answer(3);
    expect(Math.max(...dataOf(client).map(({ length }) => length))).toBe(100_000);
  });
});

/** Sends a body as the server's windows allow, the only one on its connection. */
async function upload(client: RawHttp2, stream: number, body: Buffer): Promise<void> {
  const opened = (id: number): number =>
    client.frames
      .filter((frame) => frame.type === frameTypes.windowUpdate && frame.stream === id)
      .reduce((sum, { bytes }) => sum + bytes.readUInt32BE(frameHeadBytes), 0);
  let sent = 0;
  const room = (): number =>
    Math.min(
      defaultWindowBytes + opened(0) - sent,
      defaultHttp2Limits.streamWindowBytes + opened(stream) - sent,
    );
  while (sent < body.byteLength) {
    // oxlint-disable-next-line no-await-in-loop -- each piece needs room of its own
    await client.until(() => room() > 0);
    const piece = body.subarray(sent, sent + Math.min(room(), largestFrame));
    sent += piece.byteLength;
    client.send(data(stream, piece, sent === body.byteLength));
  }
}

describe("the windows of the server", () => {
  it("let 20 MB in, and its client's as many out", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    await client.settle();
    const name = "m".repeat(20_000_000);
    client.send(callHeaders(1));
    await upload(client, 1, requestOf(name));
    const echo = readEcho(await client.answer(1));
    expect(echo.grpcStatus).toBe("0");
    expect(echo.name === name).toBe(true);
    expect(bench.taken()).toBe(1);
  });

  it("take 20 MB from calls that were given up, and the next call", async () => {
    const client = await (await startHttp2Bench()).connect();
    await client.settle();
    const piece = Buffer.alloc(largestFrame);
    for (let id = 1; id < 200; id += 2) {
      // Without content, which is refused: what comes after that is dropped.
      client.send(callHeaders(id, { "content-length": "1" }), data(id, piece, true));
      for (let more = 0; more < 3; more += 1) client.send(data(id, piece));
      // oxlint-disable-next-line no-await-in-loop -- one window for all
      await client.settle();
    }
    client.send(call(201, "iris"));
    expect(readEcho(await client.answer(201))).toEqual(echoOf("iris"));
  });

  it("reset a call that sends more than its own", async () => {
    const client = await (
      await startHttp2Bench({ http2: { streamWindowBytes: 10_000 } })
    ).connect();
    await client.settle();
    client.send(callHeaders(1), data(1, Buffer.alloc(10_001)), call(3, "iris"));
    expect((await client.answer(1)).resetCode).toBe(errorCodes.flowControlError);
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });

  it("end a connection that sends more than they let in", async () => {
    const bench = await startHttp2Bench({
      http2: { connectionWindowBytes: defaultWindowBytes },
    });
    const client = await bench.connect();
    await client.settle();
    // To Node's HTTP/2, which opens the window only after it has read what came at once.
    const frames = Array.from({ length: 20 }, () => data(1, Buffer.alloc(largestFrame)));
    client.send(headers(1, callFields({ ":path": "/unread" })), ...frames);
    expect((await client.failure()).code).toBe(errorCodes.flowControlError);
    await client.close();
  });
});
