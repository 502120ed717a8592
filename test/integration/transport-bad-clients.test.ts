import { once } from "node:events";
import type http from "node:http";
import http2 from "node:http2";
import tls from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { Handler } from "../../server/src/transport/handler.ts";
import { http2Preface } from "../../server/src/transport/sniff.ts";
import type { Listeners } from "../support/listeners.ts";
import { createListeners } from "../support/listeners.ts";
import { open, readAll, request1, session2 } from "../support/sockets.ts";

const listeners = createListeners();
const start: Listeners["start"] = (options) => listeners.start(options);

afterEach(() => listeners.stopAll());

describe("a listener with bad clients", () => {
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

  it("leaves a call alone that streams both ways for longer than a request may take", async () => {
    const handler: Handler = (request, response) => {
      (request as http.IncomingMessage).resume().once("end", () => response.end(" and ended"));
      if (request.url === "/talks") (response as http2.Http2ServerResponse).write("begun");
    };
    const timeouts = { headersMs: 40, requestMs: 40 };
    const session = session2(`http://127.0.0.1:${await start({ handler, timeouts })}`);
    const talks = session.request({ ":method": "POST", ":path": "/talks" });
    const text = Array.fromAsync(talks.setEncoding("utf8"));
    await once(talks, "response");
    const silent = session.request({ ":method": "POST", ":path": "/silent" });
    silent.on("error", () => {});
    await once(silent, "close");
    expect(silent.rstCode).toBe(http2.constants.NGHTTP2_CANCEL);
    talks.end();
    expect((await text).join("")).toBe("begun and ended");
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
});
