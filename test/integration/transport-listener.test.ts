import { once } from "node:events";
import http from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { Handler } from "../../server/src/transport/handler.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { http2Preface } from "../../server/src/transport/sniff.ts";
import type { Listeners } from "../support/listeners.ts";
import { createFronts, createListeners } from "../support/listeners.ts";
import { open, readAll, readUntil, request1, request2, session2 } from "../support/sockets.ts";

const listeners = createListeners();
const start: Listeners["start"] = (options) => listeners.start(options);

afterEach(() => listeners.stopAll());

describe("a cleartext listener", () => {
  it("speaks HTTP/1.1 and HTTP/2 on one port", async () => {
    const port = await start();
    const session = session2(`http://127.0.0.1:${port}`);
    expect(await request1(port)).toMatchObject({ body: `HTTP/1.1 GET 127.0.0.1:${port}` });
    expect(await request2(session)).toMatchObject({ body: "HTTP/2.0 GET undefined" });
    session.destroy();
  });

  it("waits for an HTTP/1.1 request that comes byte by byte", async () => {
    const socket = await open(await start());
    socket.setNoDelay();
    for (const byte of "PUT /x HTTP/1.1\r\nhost: a\r\n\r\n") {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await readUntil(socket, "PUT a")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    socket.destroy();
  });

  it("waits for an HTTP/2 preface that comes byte by byte, and answers with SETTINGS", async () => {
    const socket = await open(await start());
    socket.setNoDelay();
    for (const byte of `${http2Preface}\0\0\0\x04\0\0\0\0\0`) {
      socket.write(byte, "latin1");
      await new Promise((resolve) => setImmediate(resolve));
    }
    const settings = await readUntil(socket, "\x04");
    expect(settings.charCodeAt(3)).toBe(4);
    socket.destroy();
  });

  it("serves many HTTP/1.1 requests on one connection", async () => {
    const port = await start();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let round = 0; round < 3; round += 1) {
      const answer = await request1(port, { agent, method: "POST" }, "body");
      expect(answer.headers["keep-alive"]).toBe("timeout=75");
    }
    expect(listeners.connections()).toBe(1);
    agent.destroy();
  });

  it("serves HTTP/1.0 clients that name no host", async () => {
    const socket = await open(await start());
    socket.write("GET /healthz HTTP/1.0\r\n\r\n");
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 OK[^]*HTTP\/1\.0 GET localhost$/);
  });

  it("answers 500 for a handler that throws, and tells what it threw", async () => {
    const thrown: unknown[] = [];
    const handler: Handler = () => {
      throw new RangeError("a mistake");
    };
    const port = await start({ handler, handlerFailed: (error) => thrown.push(error) });
    const session = session2(`http://127.0.0.1:${port}`);
    expect(await request1(port)).toMatchObject({ status: 500, body: "" });
    expect(await request2(session)).toMatchObject({ status: 500, body: "" });
    expect(thrown).toEqual([new RangeError("a mistake"), new RangeError("a mistake")]);
    session.destroy();
  });

  it("gives HTTP/2 calls to takeStream first", async () => {
    const port = await start({
      takeStream(stream, headers) {
        if (headers[":path"] !== "/fast") return false;
        stream.respond({ ":status": 200 });
        stream.end("taken");
        return true;
      },
    });
    const session = session2(`http://127.0.0.1:${port}`);
    expect(await request2(session, { ":path": "/fast" })).toMatchObject({ body: "taken" });
    expect(await request2(session)).toMatchObject({ body: "HTTP/2.0 GET undefined" });
    session.destroy();
  });

  it("refuses CONNECT over HTTP/2", async () => {
    const session = session2(`http://127.0.0.1:${await start()}`);
    const stream = session.request({ ":method": "CONNECT", ":authority": "a:1" });
    const [head] = await once(stream, "response");
    expect(head).toMatchObject({ ":status": 405 });
    session.destroy();
  });

  it("does not listen on a taken port", async () => {
    const port = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("adopt()", () => {
  it("serves a connection that somebody else accepted as one of its own", async () => {
    const listener = createListener({
      host: "127.0.0.1",
      port: 0,
      handler: ({ socket }, response) =>
        response.end(`${listener.connections()} open, half: ${socket.allowHalfOpen}`),
    });
    const fronts = createFronts();
    const { body } = await request1(await fronts.open(listener), { agent: false });
    expect(body).toBe("1 open, half: true");
    await listener.drain(0);
    fronts.closeAll();
  });
});
