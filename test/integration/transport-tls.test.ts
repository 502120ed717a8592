import { once } from "node:events";
import type http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { AnyRequest, Handler } from "../../server/src/transport/handler.ts";
import { http2Preface } from "../../server/src/transport/sniff.ts";
import type { Listeners } from "../support/listeners.ts";
import { createListeners, identity, trusting } from "../support/listeners.ts";
import { open, readAll, readUntil, request2, session2 } from "../support/sockets.ts";

const listeners = createListeners();
const start: Listeners["start"] = (options) => listeners.start(options);

afterEach(() => listeners.stopAll());

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
    await expect.poll(() => listeners.connections()).toBe(0);
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
