import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import tls from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { AnyRequest, Handler } from "../../server/src/transport/handler.ts";
import type { Listener, ListenerOptions } from "../../server/src/transport/listener.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { http2Preface } from "../../server/src/transport/sniff.ts";
import { open, readAll, readUntil, request1, request2, session2 } from "../support/sockets.ts";

const pem = (name: string): Buffer =>
  readFileSync(new URL(`../data/tls/localhost.${name}`, import.meta.url));
const identity = { cert: pem("crt"), key: pem("key") };
const trusting = { ca: identity.cert, servername: "localhost" };

const tellVersion: Handler = (request, response) => {
  response.setHeader("content-type", "text/plain");
  response.end(`HTTP/${request.httpVersion} ${request.method} ${request.headers.host}`);
};

let listeners: Listener[] = [];

async function start(options: Partial<ListenerOptions> = {}): Promise<number> {
  const listener = createListener({
    host: "127.0.0.1",
    port: 0,
    handler: tellVersion,
    drainGraceMs: 0,
    ...options,
  });
  listeners.push(listener);
  return (await listener.listen()).port;
}

afterEach(async () => {
  await Promise.all(listeners.map((listener) => listener.drain(0)));
  listeners = [];
});

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
    expect(listeners[0]?.connections()).toBe(1);
    agent.destroy();
  });

  it("serves HTTP/1.0 clients that name no host", async () => {
    const socket = await open(await start());
    socket.write("GET /healthz HTTP/1.0\r\n\r\n");
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 OK[^]*HTTP\/1\.0 GET localhost$/);
  });

  it.each([
    ["a TLS ClientHello", "\x16\x03\x01\x02\0\x01\0\x01\xfc", "cleartext HTTP/1.1 and HTTP/2, not"],
    ["no protocol it knows", "\0\x01\x02\x03", "This port speaks HTTP/1.1 and HTTP/2."],
    ["a wrong preface", "PRI * HTTP/1.1\r\n\r\n", "This port speaks HTTP/1.1 and HTTP/2."],
  ])("tells a client that sends %s in plain text, and closes", async (_case, bytes, text) => {
    const socket = await open(await start());
    socket.end(bytes, "latin1");
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain(text);
  });

  it("lets a TLS client say what is wrong", async () => {
    const client = tls.connect({ port: await start(), host: "127.0.0.1" });
    const [error] = await once(client, "error");
    expect(error).toMatchObject({ code: "ERR_SSL_WRONG_VERSION_NUMBER" });
  });

  it.each(["", "P", http2Preface.slice(0, 23), "GE"])(
    "closes a connection that stops after %j",
    async (bytes) => {
      const socket = await open(await start({ timeouts: { handshakeMs: 50 } }));
      socket.write(bytes);
      expect(await readAll(socket)).toBe("");
    },
  );

  it("ends a connection whose client leaves before it says anything", async () => {
    const socket = await open(await start({ timeouts: { handshakeMs: 60_000 } }));
    socket.end("P");
    expect(await readAll(socket)).toBe("");
  });

  it.each([
    ["GET / HTTP/1.1\r\nhost: a\r\n", 408],
    ["POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc", 408],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(40_000)}\r\n\r\n`, 431],
    ["GET / HTP/1.1\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\n\r\n", 400],
    ["POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", 400],
  ])("answers an HTTP/1.1 request that is late, too long or broken (%#)", async (text, status) => {
    const handler: Handler = (request, response) => {
      (request as http.IncomingMessage).resume().once("end", () => response.end());
    };
    const timeouts = { headersMs: 100, requestMs: 200 };
    const socket = await open(await start({ handler, timeouts }));
    socket.write(text);
    expect(await readAll(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it("cancels an HTTP/2 request that does not come to its end in time", async () => {
    const handler: Handler = (request) => void (request as http.IncomingMessage).resume();
    const session = session2(
      `http://127.0.0.1:${await start({ handler, timeouts: { headersMs: 100, requestMs: 100 } })}`,
    );
    const stream = session.request({ ":method": "POST" });
    stream.on("error", () => {}).write("begun");
    await once(stream, "close");
    expect(stream.rstCode).toBe(http2.constants.NGHTTP2_CANCEL);
    session.destroy();
  });

  it("cancels an HTTP/2 answer that its client does not take", async () => {
    let closedWith: number | undefined;
    const closed = new Promise<void>((resolve) => {
      const handler: Handler = (request, response) => {
        const { stream } = request as http2.Http2ServerRequest;
        stream.once("close", () => {
          closedWith = stream.rstCode;
          resolve();
        });
        response.end(Buffer.alloc(10_000_000));
      };
      void start({ handler, timeouts: { keepAliveMs: 100 } }).then((port) => {
        const session = session2(`http://127.0.0.1:${port}`);
        session
          .request({ ":path": "/" })
          .on("error", () => {})
          .pause();
      });
    });
    await closed;
    expect(closedWith).toBe(http2.constants.NGHTTP2_CANCEL);
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

  it("survives clients that break off and clients that break the protocol", async () => {
    const port = await start();
    for (const bytes of [
      http2Preface,
      `${http2Preface}\0\xff\xff\x04\0\0\0\0\0garbage garbage garbage`,
      `${http2Preface}\0\0\0\x04\0\0\0\0\0\0\0\x04\x01\x04\0\0\0\x01\xff\xff\xff\xff`,
      "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
    ]) {
      const socket = await open(port);
      socket.write(bytes, "latin1");
      socket.on("data", () => socket.resetAndDestroy());
      socket.on("error", () => {});
      setImmediate(() => socket.resetAndDestroy());
      await once(socket, "close");
    }
    expect(await request1(port)).toMatchObject({ status: 200 });
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
    listeners.pop();
  });
});

describe("a TLS listener", () => {
  it("speaks HTTP/2 to clients that ask for it", async () => {
    const port = await start({ tls: identity });
    const session = session2(`https://127.0.0.1:${port}`, trusting);
    expect(await request2(session)).toMatchObject({ body: "HTTP/2.0 GET undefined" });
    expect(session.alpnProtocol).toBe("h2");
    session.destroy();
  });

  it("speaks HTTP/1.1 to clients that ask for it", async () => {
    const port = await start({ tls: identity });
    const options = { ...trusting, host: "127.0.0.1", port, ALPNProtocols: ["http/1.1"] };
    const request = https.get(options);
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await once(response, "end");
  });

  it.each([
    ["HTTP/1.1", "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", "HTTP/1.1 GET a"],
    ["HTTP/2", `${http2Preface}\0\0\0\x04\0\0\0\0\0`, "\x04"],
  ])("sniffs %s where the client names no protocol", async (_case, bytes, expected) => {
    const port = await start({ tls: identity });
    const socket = tls.connect({ ...trusting, host: "127.0.0.1", port });
    await once(socket, "secureConnect");
    expect(socket.alpnProtocol).toBe(false);
    for (const byte of bytes) socket.write(byte, "latin1");
    expect(await readUntil(socket, expected)).toContain(expected);
    socket.destroy();
  });

  it("tells a cleartext client so in plain text, and closes", async () => {
    const socket = await open(await start({ tls: identity }));
    socket.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    expect(await readAll(socket)).toContain("This port speaks TLS; use https.");
  });

  it("closes a connection that stops in the handshake", async () => {
    const socket = await open(await start({ tls: identity, timeouts: { handshakeMs: 50 } }));
    socket.write("\x16\x03\x01\x02\0\x01\0", "latin1");
    await readAll(socket);
    expect(listeners).toHaveLength(1);
  });

  it("shows requests that they came encrypted", async () => {
    const encrypted: boolean[] = [];
    const handler: Handler = (request: AnyRequest, response) => {
      encrypted.push("encrypted" in request.socket && request.socket.encrypted);
      response.end();
    };
    const port = await start({ tls: identity, handler });
    const session = session2(`https://127.0.0.1:${port}`, trusting);
    await request2(session);
    expect(encrypted).toEqual([true]);
    session.destroy();
  });
});
