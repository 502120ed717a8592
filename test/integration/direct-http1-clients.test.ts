import { afterEach, describe, expect, it } from "vitest";
import type { ListenerOptions } from "../../server/src/transport/listener.ts";
import { createHttp1Benches, type Http1Bench } from "../support/http1-benches.ts";
import { call, callAnswer, post } from "../support/http1-conversations.ts";
import { open, readAll, readUntil } from "../support/sockets.ts";

const benches = createHttp1Benches();
afterEach(() => benches.stopAll());

const slow = post("", '{"model":"slow"}');
const half = call.slice(0, 40);
const withoutBody = call.slice(0, -5);

/** Sends a call that has come to its method and waits there. */
async function callSlowly(bench: Http1Bench, bytes = slow) {
  const taken = bench.nextSlow();
  const socket = await open(bench.port);
  socket.write(bytes);
  return { socket, ...(await taken) };
}

describe.each(["direct", "node"] as const)("a listener whose HTTP/1.1 is %s", (way) => {
  const start = (options?: Partial<ListenerOptions>) => benches.start(way, options);

  it("aborts a call whose caller breaks off", async () => {
    const bench = await start();
    const { socket, signal } = await callSlowly(bench);
    socket.resetAndDestroy();
    await expect.poll(() => signal.aborted).toBe(true);
    await expect.poll(() => bench.listener.connections()).toBe(0);
  });

  it("aborts a call whose caller ends its side, and closes the connection", async () => {
    const bench = await start();
    const { socket, signal } = await callSlowly(bench);
    socket.end();
    expect(await readAll(socket)).toBe("");
    await expect.poll(() => signal.aborted).toBe(true);
  });

  it("forgets a caller that breaks off in its body", async () => {
    const bench = await start();
    const socket = await open(bench.port);
    socket.write(withoutBody);
    await expect.poll(() => bench.listener.connections()).toBe(1);
    socket.resetAndDestroy();
    await expect.poll(() => bench.listener.connections()).toBe(0);
    expect(bench.asked()).toBe(0);
  });

  it.each([
    ["head", half],
    ["body", withoutBody],
  ])("answers 400 to a client that ends its side in its %s", async (_part, bytes) => {
    const socket = await open((await start()).port);
    socket.write(call);
    await readUntil(socket, callAnswer);
    socket.end(bytes);
    expect(await readAll(socket)).toBe(
      "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    );
  });

  it("closes the connection of a client that ends its side after its answer", async () => {
    const socket = await open((await start()).port);
    socket.write(call);
    await readUntil(socket, callAnswer);
    socket.end();
    expect(await readAll(socket)).toBe("");
  });

  it.each([
    ["head", half],
    ["body", withoutBody],
  ])("answers 408 to a client that is slow in its %s", async (_part, bytes) => {
    const socket = await open((await start({ timeouts: { headersMs: 60, requestMs: 80 } })).port);
    socket.write(call);
    await readUntil(socket, callAnswer);
    socket.write(bytes);
    expect(await readAll(socket)).toBe(
      "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    );
  });

  it("closes a connection that is idle for long", async () => {
    const socket = await open((await start({ timeouts: { keepAliveMs: 50 } })).port);
    socket.write(call);
    expect(await readUntil(socket, callAnswer)).toContain("Keep-Alive: timeout=0\r\n");
    expect(await readAll(socket)).toBe("");
  });

  it("lets a call take longer than a connection may be idle", async () => {
    const timeouts = { headersMs: 40, requestMs: 40, keepAliveMs: 40 };
    const bench = await start({ timeouts });
    const { socket, answer } = await callSlowly(bench);
    const other = await open(bench.port);
    other.write(call);
    await readAll(other);
    answer();
    expect(await readUntil(socket, "}}")).toContain('{"name":"slow"}');
    socket.destroy();
  });

  it("ends a connection whose body was too large and never comes to its end", async () => {
    const bench = await start();
    const socket = await open(bench.port);
    socket.write(post("", "x".repeat(200_000), 300_000));
    expect(await readUntil(socket, "}")).toMatch(/^HTTP\/1\.1 429 /);
    await expect.poll(() => bench.listener.connections(), { timeout: 10_000 }).toBe(0);
    socket.destroy();
  });

  it("sets nothing aside for a body that tells to be huge", async () => {
    const bench = await start();
    const socket = await open(bench.port);
    const before = process.memoryUsage().arrayBuffers;
    socket.write(post("", "x", 900_000_000_000));
    await expect.poll(() => bench.listener.connections()).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
    socket.destroy();
  });

  it("closes idle connections in a drain, after the grace", async () => {
    const { listener, port, timer } = await start();
    const socket = await open(port);
    socket.write(call);
    await readUntil(socket, callAnswer);
    const closed = readAll(socket);
    const drained = listener.drain(10_000);
    timer.fireNext();
    expect(await closed).toBe("");
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("answers a call that comes in the grace of a drain, and closes its connection", async () => {
    const { listener, port } = await start();
    const socket = await open(port);
    socket.write(call);
    await readUntil(socket, callAnswer);
    const drained = listener.drain(10_000);
    socket.write(call);
    const answer = await readAll(socket);
    expect(answer).toContain("Connection: close\r\n\r\n");
    expect(answer.endsWith(callAnswer)).toBe(true);
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it.each([
    ["in the grace", 0],
    ["after the grace", 1],
  ])("answers a call under way in a drain %s, and closes", async (_when, fired) => {
    const bench = await start();
    const { socket, answer } = await callSlowly(bench);
    const text = readAll(socket);
    const drained = bench.listener.drain(10_000);
    for (let count = 0; count < fired; count += 1) bench.timer.fireNext();
    answer();
    expect(await text).toMatch(/Connection: close\r\n\r\n.*"slow"/);
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("cuts a call that outlasts a drain", async () => {
    const bench = await start();
    const { socket, signal } = await callSlowly(bench);
    const text = readAll(socket);
    const drained = bench.listener.drain(10_000);
    bench.timer.fireNext();
    bench.timer.fireNext();
    expect([await text, await drained]).toEqual(["", { open: 1, cut: 1 }]);
    await expect.poll(() => signal.aborted).toBe(true);
  });
});

describe("a direct HTTP/1.1 connection", () => {
  it("reads no further where answers are not taken, and answers all in the end", async () => {
    const bench = await benches.start("direct");
    const socket = (await open(bench.port)).pause();
    const calls = 200;
    socket.write(post("", '{"model":"large1000000"}').repeat(calls));
    let asked = -1;
    await expect
      .poll(() => {
        const before = asked;
        asked = bench.asked();
        return before === asked && asked > 0;
      })
      .toBe(true);
    expect(asked).toBeLessThan(calls);
    let length = 0;
    socket.resume().on("data", (chunk) => {
      length += chunk.length;
    });
    await expect.poll(() => length, { timeout: 20_000 }).toBeGreaterThan(calls * 1_000_000);
    socket.destroy();
  });

  it("is closed when its client takes no byte of an answer for long", async () => {
    const bench = await benches.start("direct", { timeouts: { keepAliveMs: 100 } });
    const socket = (await open(bench.port)).pause();
    socket.write(post("", '{"model":"large30000000"}'));
    await expect.poll(() => bench.listener.connections()).toBe(1);
    await expect.poll(() => bench.listener.connections(), { timeout: 10_000 }).toBe(0);
    socket.destroy();
  });
});
