import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runClosed } from "./closed.ts";
import type { LoadReport } from "./orders.ts";
import { encodeEnvelope, envelopeBytes } from "./request-frames.ts";

/** Each answer takes so long, by the clock of the order. */
const answerMs = 10;
/** The first 15 answers are within the time that does not count. */
const uncounted = 15;

let server: http2.Http2Server;
let received: number[];

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  received = [];
  server = http2.createServer();
  server.on("stream", (stream: http2.ServerHttp2Stream) => {
    void buffer(stream).then((request) => {
      received.push(request.readUInt32BE(envelopeBytes));
      vi.advanceTimersByTime(answerMs);
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(encodeEnvelope(new Uint8Array()));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterEach(() => {
  vi.useRealTimers();
  server.close();
});

/** Calls one at a time with numbers as bodies, for as long as there are any. */
function runNumbers(count: number): Promise<LoadReport> {
  const bodies = Array.from({ length: count }, (_, number) => {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(number);
    return body;
  });
  const { port } = server.address() as AddressInfo;
  return runClosed({
    kind: "closed",
    exchange: { protocol: "grpc", port, path: "/a.B/C", body: new Uint8Array() },
    connections: 1,
    streams: 1,
    seconds: 1000,
    bodies,
    pid: process.pid,
  });
}

describe("runClosed()", () => {
  it("sends each body once, and ends when they are used up", async () => {
    const { calls, seconds } = await runNumbers(100);
    expect(received).toEqual(Array.from({ length: 100 }, (_, number) => number));
    expect(calls).toBe(100 - uncounted);
    expect(seconds).toBeCloseTo(((100 - uncounted) * answerMs) / 1000, 9);
  });

  it("rejects if they are used up before anything counts", async () => {
    await expect(runNumbers(uncounted)).rejects.toThrow("used up before a call was counted");
  });
});
