import { describe, expect, it } from "vitest";
import {
  createFrame,
  errorCodes,
  frameTypes,
  resetFrame,
  settingIds,
  windowUpdateFrame,
} from "../../server/src/transport/http2/frames.ts";
import {
  echoOf,
  poll,
  readEcho,
  startHttp2Bench,
  streamMessage,
  streamPath,
} from "../support/http2-bench.ts";
import {
  call,
  callFields,
  callHeaders,
  data,
  getHeaders,
  headers,
  prioritized,
  settings,
} from "../support/raw-frames.ts";

const largestFrame = 16 * 1024;

describe("an answer past Node's HTTP/2", () => {
  it.each([
    ["an error of 20,000 bytes", "fails20000"],
    ["a header of 20,000 bytes", "header20000"],
  ])("with %s has frames that its client takes", async (_, name) => {
    const client = await (await startHttp2Bench()).connect();
    client.send(call(1, name), call(3, "iris"));
    const answer = await client.answer(1);
    expect(client.frames.every(({ length }) => length <= largestFrame)).toBe(true);
    const texts = [answer.headers?.["x-large"], answer.trailers?.["grpc-message"]];
    expect(texts).toContain("d".repeat(20_000));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });
});

describe("a connection whose end is announced", () => {
  it("answers PING and SETTINGS while a call is under way", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    await client.settle();
    client.send(call(1, "slow"));
    await poll(() => bench.slow.has("slow"));
    const drained = bench.listener.drain(20_000);
    bench.timer.fireNext();
    const count = (wanted: number): number =>
      client.frames.filter(({ type }) => type === wanted).length;
    await client.until(() => count(frameTypes.goaway) > 1);
    // The first may still be answered by Node's HTTP/2.
    for (let ping = 0; ping < 5; ping += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await client.settle();
    }
    const before = count(frameTypes.settings);
    client.send(settings());
    await client.until(() => count(frameTypes.settings) > before);
    bench.slow.get("slow")?.answer();
    expect(readEcho(await client.answer(1))).toEqual(echoOf("slow"));
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });
});

describe("SETTINGS that make the window of an answer too wide", () => {
  it("end the connection", async () => {
    const client = await (await startHttp2Bench()).connect();
    await client.settle();
    client.send(callHeaders(1), windowUpdateFrame(1, 2 ** 31 - 1 - 65_535));
    client.send(settings({ [settingIds.initialWindowSize]: 65_536 }));
    expect((await client.failure()).code).toBe(errorCodes.flowControlError);
  });
});

describe("answers that wait for their client", () => {
  it("are bounded: no more calls are let in", async () => {
    const bench = await startHttp2Bench({ http2: { maxSessionMemoryMb: 10 } });
    const client = await bench.connect({ streamWindow: 0, opensWindows: false });
    const ids = Array.from({ length: 60 }, (_, index) => 1 + 2 * index);
    for (const id of ids) {
      client.send(call(id, "large1000000"));
      // oxlint-disable-next-line no-await-in-loop -- those at work are not counted
      await client.until(() => {
        const { headers: head, resetCode } = client.stream(id);
        return head !== undefined || resetCode !== undefined;
      });
    }
    const answered = ids.filter((id) => client.stream(id).headers !== undefined);
    expect(answered).toHaveLength(11);
    expect(client.stream(119).resetCode).toBe(errorCodes.refusedStream);
  });

  it("of Node's HTTP/2 are dropped when they are given up", async () => {
    const client = await (await startHttp2Bench()).connect({
      streamWindow: 1_000_000,
      opensWindows: false,
    });
    client.send(getHeaders(1, "/bytes/200000"));
    await client.until(() => client.stream(1).body.byteLength > 40_000);
    await client.settle();
    client.send(resetFrame(1, errorCodes.cancel));
    await client.settle();
    const before = client.stream(1).body.byteLength;
    client.send(windowUpdateFrame(0, 100_000), call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
    await client.settle();
    expect(client.stream(1).body.byteLength).toBe(before);
  });
});

describe("a request that comes drop by drop", () => {
  it("is ended after the time that a request may take", async () => {
    const timeouts = { headersMs: 200, requestMs: 200 };
    const client = await (await startHttp2Bench({ timeouts })).connect();
    client.send(callHeaders(1));
    const drops = setInterval(() => client.send(data(1, Buffer.alloc(1))), 20);
    const { resetCode } = await client.answer(1).finally(() => clearInterval(drops));
    expect(resetCode).toBe(errorCodes.cancel);
  });
});

describe("a stream of Node's HTTP/2 that comes after itself", () => {
  const priority = createFrame(
    { type: frameTypes.priority, flags: 0, stream: 1 },
    Buffer.of(0, 0, 0, 1, 0),
  );
  it.each([
    ["PRIORITY", priority],
    ["trailers", prioritized(headers(1, { x: "1" }, true), 1)],
  ])("is reset by its %s, and nothing comes on it any more", async (_, frame) => {
    const client = await (await startHttp2Bench()).connect();
    client.send(headers(1, callFields({ ":path": streamPath })), data(1, streamMessage()));
    await client.until(() => client.stream(1).body.byteLength > 0);
    client.send(frame);
    expect((await client.answer(1)).resetCode).toBe(errorCodes.protocolError);
    const count = (): number => client.frames.filter(({ stream }) => stream === 1).length;
    const before = count();
    client.send(data(1, streamMessage(), true));
    for (let turn = 0; turn < 5; turn += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
      await client.settle();
    }
    expect(count()).toBe(before);
  });
});
