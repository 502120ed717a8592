import { once } from "node:events";
import net from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  errorCodes,
  frameTypes,
  goawayFrame,
  windowUpdateFrame,
} from "../../server/src/transport/http2/frames.ts";
import { echoOf, poll, readEcho, startHttp2Bench } from "../support/http2-bench.ts";
import { call, callHeaders, data } from "../support/raw-frames.ts";
import { connectRaw } from "../support/raw-http2.ts";
import { requestOf } from "../support/stream-bench.ts";

const { cancel } = errorCodes;

describe("a client that takes too long", () => {
  it("to send a request has it cancelled, and keeps its connection", async () => {
    const client = await (
      await startHttp2Bench({ timeouts: { headersMs: 100, requestMs: 100 } })
    ).connect();
    client.send(callHeaders(1), data(1, requestOf("iris").subarray(0, 5)));
    expect((await client.answer(1)).resetCode).toBe(cancel);
    client.send(call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });

  it("to open its window has the answer cancelled, and keeps its connection", async () => {
    const bench = await startHttp2Bench({ timeouts: { keepAliveMs: 100 } });
    const client = await bench.connect({ streamWindow: 10, opensWindows: false });
    client.send(call(1, "large1000"));
    expect((await client.answer(1)).resetCode).toBe(cancel);
    client.send(call(3, ""));
    await client.until(() => client.stream(3).headers !== undefined);
  });

  it("to open its window has the answer cancelled, also where it opens no more calls", async () => {
    const bench = await startHttp2Bench({ timeouts: { keepAliveMs: 100 } });
    const client = await bench.connect({ streamWindow: 0, opensWindows: false });
    client.send(call(1, "slow"));
    await poll(() => bench.slow.has("slow"));
    client.send(goawayFrame(0, errorCodes.noError));
    await client.until(() => client.frames.some(({ type }) => type === frameTypes.goaway));
    bench.slow.get("slow")?.answer();
    expect((await client.answer(1)).resetCode).toBe(cancel);
    await client.close();
  });

  it("to read from its socket has its connection ended", async () => {
    const bench = await startHttp2Bench({ timeouts: { keepAliveMs: 100 } });
    const client = await bench.connect({ streamWindow: 2 ** 31 - 1 });
    client.send(windowUpdateFrame(0, 1_000_000_000));
    await client.settle();
    client.socket.pause();
    client.socket.write(Buffer.concat([1, 3, 5].map((id) => call(id, "large20000000"))));
    await poll(() => bench.taken() > 0);
    await poll(() => bench.listener.connections() === 0);
    client.socket.resume();
    await client.close();
    expect(bench.taken()).toBe(3);
  });

  it("over its method has all the time that it needs", async () => {
    const timeouts = { headersMs: 20, requestMs: 20, keepAliveMs: 20 };
    const bench = await startHttp2Bench({ timeouts });
    const client = await bench.connect();
    client.send(call(1, "slow"));
    await poll(() => bench.slow.has("slow"));
    // A request that is too slow tells that time has passed.
    client.send(callHeaders(3));
    expect((await client.answer(3)).resetCode).toBe(cancel);
    bench.slow.get("slow")?.answer();
    expect(readEcho(await client.answer(1))).toEqual(echoOf("slow"));
  });
});

describe("a client that reads nothing", () => {
  it("gets no more calls in once much waits for it, and is served when it reads again", async () => {
    const bench = await startHttp2Bench();
    const front = net.createServer();
    const accepted = once(front, "connection");
    await once(front.listen(0, "127.0.0.1"), "listening");
    const client = await connectRaw((front.address() as net.AddressInfo).port, {
      streamWindow: 1_000_000,
      opensWindows: false,
    });
    const [socket]: net.Socket[] = await accepted;
    onTestFinished(() => {
      client.socket.destroy();
      front.close();
    });
    if (socket === undefined) throw new Error("no connection");
    bench.listener.adopt(socket);
    client.send(windowUpdateFrame(0, 1_000_000_000));
    await client.settle();
    client.socket.pause();
    let sent = 0;
    for (; sent < 2000 && !socket.isPaused(); sent += 1) {
      client.send(call(1 + 2 * sent, "large100000"));
      // oxlint-disable-next-line no-await-in-loop -- lets the server read each
      await poll(() => bench.taken() > sent || socket.isPaused());
    }
    expect(socket.isPaused()).toBe(true);
    expect(socket.writableLength).toBeLessThan(2_000_000);
    client.socket.resume();
    const ids = Array.from({ length: sent }, (_, index) => 1 + 2 * index);
    const answers = await Promise.all(ids.map((id) => client.answer(id)));
    expect(answers.every(({ trailers }) => trailers?.["grpc-status"] === "0")).toBe(true);
    expect(bench.taken()).toBe(sent);
  });
});
