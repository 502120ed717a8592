import { describe, expect, it } from "vitest";
import {
  errorCodes,
  frameTypes,
  goawayFrame,
  resetFrame,
} from "../../server/src/transport/http2/frames.ts";
import {
  echoOf,
  type Http2Bench,
  poll,
  readEcho,
  startHttp2Bench,
  streamPath,
} from "../support/http2-bench.ts";
import { identity } from "../support/listeners.ts";
import { call, callFields, callHeaders, data, getHeaders, headers } from "../support/raw-frames.ts";
import { type RawHttp2, readGoaway } from "../support/raw-http2.ts";
import { requestOf } from "../support/stream-bench.ts";

const { cancel, noError, refusedStream } = errorCodes;

/** Starts a call that waits for the test, with nothing else under way. */
async function openSlow(bench: Http2Bench, client: RawHttp2, stream: number): Promise<string> {
  const name = `slow${stream}`;
  client.send(call(stream, name));
  await poll(() => bench.slow.has(name));
  return name;
}

const lastStreams = ({ frames }: RawHttp2): readonly number[] =>
  frames
    .filter(({ type }) => type === frameTypes.goaway)
    .map((each) => readGoaway(each).lastStream);

describe("a call that its client gives up", () => {
  it("is aborted, and others are not", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    const [first, second] = [await openSlow(bench, client, 1), await openSlow(bench, client, 3)];
    client.send(resetFrame(1, cancel));
    await poll(() => bench.slow.get(first)?.signal.aborted === true);
    expect(bench.slow.get(second)?.signal.aborted).toBe(false);
    bench.slow.get(first)?.answer();
    bench.slow.get(second)?.answer();
    expect(readEcho(await client.answer(3))).toEqual(echoOf(second));
    await client.settle();
    expect(client.stream(1).headers).toBeUndefined();
  });

  it.each([
    ["before its body has come", [callHeaders(1), resetFrame(1, cancel)]],
    [
      "in the middle of its body",
      [callHeaders(1), data(1, Buffer.alloc(9)), resetFrame(1, cancel)],
    ],
    ["twice", [call(1, "slow"), resetFrame(1, cancel), resetFrame(1, cancel)]],
  ])("does no harm to the next %s", async (_, frames) => {
    const client = await (await startHttp2Bench()).connect();
    client.send(...frames, call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
    expect(client.stream(1).headers).toBeUndefined();
  });

  it("is aborted with its connection, however that ends", async () => {
    const bench = await startHttp2Bench();
    for (const end of ["end", "resetAndDestroy"] as const) {
      const client = await bench.connect();
      const name = await openSlow(bench, client, end === "end" ? 1 : 3);
      client.socket[end]();
      await poll(() => bench.slow.get(name)?.signal.aborted === true);
      await client.close();
    }
    await poll(() => bench.listener.connections() === 0);
    expect(bench.taken()).toBe(2);
  });

  it("is answered all the same where the client will only open no others", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    const name = await openSlow(bench, client, 1);
    client.send(goawayFrame(0, noError));
    await client.until(() => lastStreams(client).length > 0);
    bench.slow.get(name)?.answer();
    expect(readEcho(await client.answer(1))).toEqual(echoOf(name));
    await client.close();
  });
});

describe("an answer ahead of the whole request", () => {
  const maxRequestBytes = 1000;

  it("reaches its client, which may send the rest", async () => {
    const client = await (await startHttp2Bench({ maxRequestBytes })).connect();
    client.send(callHeaders(1), data(1, Buffer.alloc(2000)));
    const { trailers } = await client.answer(1);
    expect(trailers).toMatchObject({ "grpc-status": "8" });
    client.send(data(1, Buffer.alloc(2000)), data(1, Buffer.alloc(2000), true), call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
    expect(client.stream(1).resetCode).toBeUndefined();
  });

  it("is followed by a reset with NO_ERROR where the rest does not come", async () => {
    const client = await (await startHttp2Bench({ maxRequestBytes })).connect();
    client.send(callHeaders(1), data(1, Buffer.alloc(2000)));
    await client.until(() => client.stream(1).resetCode !== undefined);
    expect(client.stream(1)).toMatchObject({ isEnded: true, resetCode: noError });
    client.send(data(1, Buffer.alloc(2000), true), call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });
});

describe("more streams than may be open", () => {
  it.each([
    ["calls", (id: number) => call(id, "iris")],
    ["requests to Node's HTTP/2", (id: number) => getHeaders(id, "/healthz")],
    ["streams to Node's HTTP/2", (id: number) => headers(id, callFields({ ":path": streamPath }))],
  ])("are refused when they are %s, and the others are answered", async (_, another) => {
    const bench = await startHttp2Bench({ http2: { maxConcurrentStreams: 3 } });
    const client = await bench.connect();
    const names = [await openSlow(bench, client, 1), await openSlow(bench, client, 3)];
    client.send(headers(5, callFields({ ":path": streamPath })));
    client.send(another(7), another(9));
    const refused = await Promise.all([client.answer(7), client.answer(9)]);
    expect(refused.map(({ resetCode }) => resetCode)).toEqual([refusedStream, refusedStream]);
    client.send(data(7, requestOf("iris"), true));
    for (const name of names) bench.slow.get(name)?.answer();
    expect(readEcho(await client.answer(1))).toEqual(echoOf("slow1"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("slow3"));
    client.send(call(11, "iris"));
    expect(readEcho(await client.answer(11))).toEqual(echoOf("iris"));
  });
});

describe("the drain of a connection with calls past Node's HTTP/2", () => {
  it.each([false, true])(
    "answers them, and those that come in the grace (TLS: %s)",
    async (tls) => {
      const bench = await startHttp2Bench(tls ? { tls: identity } : {});
      const client = await bench.connect({ tls });
      await client.settle();
      const first = await openSlow(bench, client, 1);
      const drained = bench.listener.drain(10_000);
      await client.until(() => lastStreams(client).length > 0);
      expect(lastStreams(client)).toEqual([2 ** 31 - 1]);
      client.send(call(3, "iris"));
      expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
      bench.timer.fireNext();
      await client.until(() => lastStreams(client).length > 1);
      expect(lastStreams(client)).toEqual([2 ** 31 - 1, 3]);
      bench.slow.get(first)?.answer();
      expect(readEcho(await client.answer(1))).toEqual(echoOf(first));
      await client.close();
      expect(await drained).toEqual({ open: 1, cut: 0 });
    },
  );

  it("takes in the rest of a call that has begun", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    await client.settle();
    client.send(callHeaders(1));
    await client.settle();
    const drained = bench.listener.drain(10_000);
    bench.timer.fireNext();
    await client.until(() => lastStreams(client).includes(1));
    client.send(data(1, requestOf("iris"), true));
    expect(readEcho(await client.answer(1))).toEqual(echoOf("iris"));
    await client.close();
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("sends the rest of a large answer as its client takes it", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    await client.settle();
    client.send(call(1, "large5000000"));
    await client.until(() => client.stream(1).body.byteLength > 0);
    const drained = bench.listener.drain(10_000);
    bench.timer.fireNext();
    expect((await client.answer(1)).body.byteLength).toBeGreaterThan(5_000_000);
    await client.close();
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });
});
