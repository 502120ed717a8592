import { once } from "node:events";
import http from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { AnyResponse } from "../../server/src/transport/handler.ts";
import type { Listener, ListenerOptions } from "../../server/src/transport/listener.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { http2Preface } from "../../server/src/transport/sniff.ts";
import type { DrainBench } from "../support/listeners.ts";
import { createFronts, identity, startDrainBench } from "../support/listeners.ts";
import type { Session2, TextAnswer } from "../support/sockets.ts";
import { open, readAll, readUntil, request1, request2, session2 } from "../support/sockets.ts";

const highestStreamId = 2 ** 31 - 1;

/** What an HTTP/2 client sends first, and that it confirms the server's settings. */
const settings = `${http2Preface}\0\0\0\x04\0\0\0\0\0\0\0\0\x04\x01\0\0\0\0`;

let bench: DrainBench;
let sessions: Session2[] = [];
const fronts = createFronts();
const openFront = (listener: Listener): Promise<number> => fronts.open(listener);

async function start(options?: Partial<ListenerOptions>): Promise<DrainBench> {
  bench = await startDrainBench(options);
  return bench;
}

function connect2(): Session2 {
  const session = session2(`http://127.0.0.1:${bench.port}`);
  sessions.push(session);
  return session;
}

/** Starts a call that the server has taken and does not answer yet. */
async function slow2(session: Session2): Promise<[Promise<TextAnswer>, AnyResponse]> {
  const taken = bench.nextSlow();
  const answer = request2(session, { ":path": "/slow" });
  return [answer, await taken];
}

async function slow1(agent: http.Agent): Promise<[Promise<TextAnswer>, AnyResponse]> {
  const taken = bench.nextSlow();
  const answer = request1(bench.port, { path: "/slow", agent });
  return [answer, await taken];
}

afterEach(async () => {
  for (const session of sessions) session.destroy();
  sessions = [];
  fronts.closeAll();
  const drained = bench.listener.drain(0);
  while (bench.timer.pending().length > 0) bench.timer.fireNext();
  await drained;
});

describe("drain()", () => {
  it("does not wait for an HTTP/2 client that has its answers and never closes its side", async () => {
    const { listener, port, timer } = await start();
    const socket = await open(port);
    socket.write(Buffer.from(settings, "latin1"));
    await readUntil(socket, "\0\0\0\x04\x01\0\0\0\0");
    const drained = listener.drain(10_000);
    timer.fireNext();
    expect(await drained).toEqual({ open: 1, cut: 0 });
    socket.destroy();
  });

  it("answers an HTTP/1.1 call under way in full, and closes its connection", async () => {
    const { listener } = await start();
    const agent = new http.Agent({ keepAlive: true });
    const [answer, response] = await slow1(agent);
    const drained = listener.drain(10_000);
    response.end("answered");
    expect(await answer).toMatchObject({ body: "answered", headers: { connection: "close" } });
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("answers an HTTP/1.1 call that came in the grace, and closes its connection", async () => {
    const { listener, port } = await start();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    await request1(port, { agent });
    const drained = listener.drain(10_000);
    const answer = await request1(port, { agent });
    expect(answer).toMatchObject({ body: "quick", headers: { connection: "close" } });
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("lets a started HTTP/1.1 answer end, and then closes its idle connection", async () => {
    const { listener, timer } = await start();
    const agent = new http.Agent({ keepAlive: true });
    const [answer, response] = await slow1(agent);
    (response as http.ServerResponse).write("begun ");
    const drained = listener.drain(10_000);
    timer.fireNext();
    response.end("ended");
    expect(await answer).toMatchObject({ body: "begun ended" });
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("closes idle HTTP/1.1 connections after the grace", async () => {
    const { listener, port, timer } = await start();
    const socket = await open(port);
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    await readUntil(socket, "quick");
    const closed = readAll(socket);
    const drained = listener.drain(10_000);
    timer.fireNext();
    expect(await closed).toBe("");
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("answers HTTP/2 calls under way, tells of the end twice, and closes", async () => {
    const { listener, timer } = await start();
    const session = connect2();
    const lastIds: number[] = [];
    session.on("goaway", (_code, lastId) => lastIds.push(lastId));
    const [first, firstResponse] = await slow2(session);
    const [second, secondResponse] = await slow2(session);
    const drained = listener.drain(10_000);
    await once(session, "goaway");
    firstResponse.end("first");
    expect(await first).toMatchObject({ body: "first" });
    timer.fireNext();
    secondResponse.end("second");
    expect(await second).toMatchObject({ body: "second" });
    expect(await drained).toEqual({ open: 1, cut: 0 });
    expect([lastIds[0], lastIds.at(-1)]).toEqual([highestStreamId, 3]);
  });

  it("answers an HTTP/2 call that was sent before its client heard of the end", async () => {
    const { listener, port, timer } = await start();
    const socket = await open(port);
    socket.write(settings, "latin1");
    await readUntil(socket, "\x04");
    const drained = listener.drain(10_000);
    const goaway = await readUntil(socket, "\x07\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\0");
    expect(goaway).not.toBe("");
    // A GET of / with the authority "a", as HPACK literals and indexes.
    socket.write("\0\0\x06\x01\x05\0\0\0\x01\x82\x86\x84\x41\x01a", "latin1");
    expect(await readUntil(socket, "quick")).toContain("quick");
    timer.fireNext();
    expect(await readAll(socket)).toContain("\0\0\x08\x07\0\0\0\0\0\0\0\0\x01\0\0\0\0");
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("answers HTTP/2 calls under way over TLS, and closes", async () => {
    const { listener, port, timer } = await start({ tls: identity });
    const session = session2(`https://127.0.0.1:${port}`, { ca: identity.cert });
    sessions.push(session);
    const [first, firstResponse] = await slow2(session);
    const drained = listener.drain(10_000);
    const [second, secondResponse] = await slow2(session);
    timer.fireNext();
    const [, lastId] = await once(session, "goaway");
    expect(lastId).toBe(3);
    firstResponse.end("first");
    secondResponse.end("second");
    expect(await Promise.all([first, second])).toMatchObject([
      { body: "first" },
      { body: "second" },
    ]);
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("closes idle HTTP/2 connections", async () => {
    const { listener, timer } = await start();
    const session = connect2();
    await request2(session);
    const drained = listener.drain(10_000);
    timer.fireNext();
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("refuses new connections at once", async () => {
    const { listener, port } = await start();
    const session = connect2();
    const [answer, response] = await slow2(session);
    const drained = listener.drain(10_000);
    await expect(request1(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    response.end("answered");
    expect(await answer).toMatchObject({ body: "answered" });
    session.close();
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it.each([
    ["HTTP/1.1", "GET / HTTP/1.1\r\nhost: a\r\n\r\n", "quick"],
    ["HTTP/2", settings, "\x07\0\0\0\0\0\x7f\xff\xff\xff"],
  ])(
    "serves a silent connection that turns out to be %s in the grace",
    async (...[, bytes, text]) => {
      const { listener, port, timer } = await start();
      const socket = await open(port);
      await expect.poll(() => listener.connections()).toBe(1);
      const drained = listener.drain(10_000);
      socket.write(bytes, "latin1");
      expect(await readUntil(socket, text)).toContain(text);
      const closed = readAll(socket);
      if (timer.pending().length > 1) timer.fireNext();
      await closed;
      expect(await drained).toEqual({ open: 1, cut: 0 });
    },
  );

  it("closes a connection that stays silent through the grace", async () => {
    const { listener, port, timer } = await start();
    const socket = await open(port);
    socket.write("PRI * HT");
    await expect.poll(() => listener.connections()).toBe(1);
    const drained = listener.drain(10_000);
    timer.fireNext();
    expect(await readAll(socket)).toBe("");
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("cuts what is left at the deadline, and counts it", async () => {
    const { listener, timer } = await start();
    const [first] = await slow1(new http.Agent({ keepAlive: true }));
    const [second] = await slow2(connect2());
    const lost = Promise.allSettled([first, second]);
    const drained = listener.drain(10_000);
    timer.fireNext();
    timer.fireNext();
    expect(await drained).toEqual({ open: 2, cut: 2 });
    expect((await lost).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("cuts a client that is still in its TLS handshake", async () => {
    const { listener, port, timer } = await start({ tls: identity });
    const socket = await open(port);
    socket.write("\x16\x03\x01\x02\0\x01\0", "latin1");
    await expect.poll(() => listener.connections()).toBe(1);
    const drained = listener.drain(10_000);
    timer.fireNext();
    while (timer.pending().length > 0) timer.fireNext();
    await readAll(socket);
    expect(await drained).toMatchObject({ open: 1 });
  });

  it("answers calls under way of adopted connections, and waits for those to close", async () => {
    const { listener } = await start();
    const front = await openFront(listener);
    const taken = bench.nextSlow();
    const answer = request1(front, { path: "/slow", agent: new http.Agent({ keepAlive: true }) });
    const response = await taken;
    const drained = listener.drain(10_000);
    response.end("answered");
    expect(await answer).toMatchObject({ body: "answered", headers: { connection: "close" } });
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("cuts adopted connections at the deadline", async () => {
    const { listener, timer } = await start();
    const taken = bench.nextSlow();
    const lost = request1(await openFront(listener), { path: "/slow" });
    const outcomes = Promise.allSettled([lost]);
    await taken;
    const drained = listener.drain(10_000);
    timer.fireNext();
    timer.fireNext();
    expect(await drained).toEqual({ open: 1, cut: 1 });
    expect(await outcomes).toMatchObject([{ status: "rejected", reason: { code: "ECONNRESET" } }]);
  });

  it("closes what it is to adopt during a drain", async () => {
    const { listener } = await start();
    const front = await openFront(listener);
    const [taken, first] = [bench.nextSlow(), request1(front, { path: "/slow" })];
    const response = await taken;
    const drained = listener.drain(10_000);
    expect(await readAll(await open(front))).toBe("");
    response.end("answered");
    expect(await first).toMatchObject({ body: "answered" });
    expect(await drained).toEqual({ open: 1, cut: 0 });
  });

  it("tells of the first drain when asked again, and drains what never listened", async () => {
    const { listener } = await start();
    expect(listener.drain(10_000)).toBe(listener.drain(0));
    expect(await listener.drain(0)).toEqual({ open: 0, cut: 0 });
    const idle = createListener({ host: "127.0.0.1", port: 0, handler: () => {} });
    expect(await idle.drain(10_000)).toEqual({ open: 0, cut: 0 });
  });
});
