import { constants, type ServerHttp2Stream } from "node:http2";
import { setImmediate as turn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Transport } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { createLeanGrpcTransport } from "./grpc-transport.ts";
import { listenRaw, type RawAnswer, type RawListener } from "./testing/raw-listener.ts";
import {
  answerIds,
  createSource,
  encodeAnswer,
  openIds,
  settle,
  streamOutcome,
} from "./testing/stream-outcome.ts";
import { transports } from "./testing/unary-outcome.ts";

const listeners: RawListener[] = [];

afterEach(() => {
  for (const { stop } of listeners.splice(0)) stop();
});

async function listen(answer: RawAnswer, begin?: RawAnswer): Promise<string> {
  const listener = await listenRaw(answer, { begin });
  listeners.push(listener);
  return listener.baseUrl;
}

const silent: RawAnswer = () => undefined;
const open: RawAnswer = (stream) => stream.respond({ "content-type": "application/grpc" });

function failure(code: string, message: string) {
  return { ids: [], error: { code, message, metadata: {}, details: [] } };
}

const aborts: [string, unknown, string][] = [
  ["without a reason", undefined, "This operation was aborted"],
  ["with an error", new Error("no need"), "no need"],
];

for (const [name, create] of transports) {
  describe(`stream() of ${name}`, () => {
    it("sends many requests, and none", async () => {
      const received: Buffer[] = [];
      const baseUrl = await listen(
        (stream) => answerIds(stream, ["a"]),
        (stream) => stream.on("data", (chunk: Buffer) => received.push(chunk)),
      );
      await streamOutcome(create(baseUrl), { requests: ["1", "2"] });
      expect(Buffer.concat(received).toString("hex")).toBe(
        "00000000050a0332013100000000050a03320132",
      );
      received.length = 0;
      expect(await streamOutcome(create(baseUrl), { requests: [] })).toMatchObject({ ids: ["a"] });
      expect(received).toEqual([]);
    });

    for (const [what, reason, message] of aborts) {
      it(`fails when it is aborted ${what}: before, during the call and while it is read`, async () => {
        const before = AbortSignal.abort(reason);
        const expected = failure("Canceled", message);
        expect(await streamOutcome(create(await listen(silent)), { signal: before })).toEqual(
          expected,
        );
        for (const answer of [silent, open]) {
          const controller = new AbortController();
          const baseUrl = await listen((stream, headers) => {
            answer(stream, headers);
            setImmediate(() => controller.abort(reason));
          });
          const { signal } = controller;
          expect(await streamOutcome(create(baseUrl), { signal })).toEqual(expected);
        }
      });
    }

    it("fails when the deadline passes, before and after the headers", async () => {
      for (const answer of [silent, open]) {
        const baseUrl = await listen(answer);
        expect(await streamOutcome(create(baseUrl), { timeoutMs: 20 })).toEqual(
          failure("DeadlineExceeded", "the operation timed out"),
        );
      }
    });

    it("fails when nobody listens", async () => {
      const { baseUrl, stop } = await listenRaw(silent);
      stop();
      const port = new URL(baseUrl).port;
      expect(await streamOutcome(create(baseUrl))).toEqual(
        failure("Unavailable", `connect ECONNREFUSED 127.0.0.1:${port}`),
      );
    });

    it("fails when the connection is lost amid the answers", async () => {
      const baseUrl = await listen((stream, headers) => {
        open(stream, headers);
        setImmediate(() => stream.session?.destroy());
      });
      expect(await streamOutcome(create(baseUrl))).toEqual(
        failure("Canceled", "http/2 stream closed with error code CANCEL (0x8)"),
      );
    });

    it("fails when its source does, and cancels the call", async () => {
      const baseUrl = await listen(silent, open);
      async function* requests() {
        yield "1";
        await turn();
        throw new Error("file not readable");
      }
      expect(await streamOutcome(create(baseUrl), { requests: requests() })).toEqual(
        failure("Internal", "file not readable"),
      );
    });

    it("ends its source when the server answers early", async () => {
      const baseUrl = await listen(silent, (stream) => answerIds(stream, ["a", "b"]));
      const requests = createSource();
      expect(await streamOutcome(create(baseUrl), { requests })).toMatchObject({ ids: ["a", "b"] });
      expect(await requests.ended).toBe("returned");
    });
  });
}

describe("openStream()", () => {
  const create = (baseUrl: string): Transport => createLeanGrpcTransport({ baseUrl });

  const plain = encodeAnswer("x".repeat(100));
  const gzipped = encodeEnvelope(1, gzipSync(plain.subarray(5)));

  it.each([
    ["plain", plain],
    ["compressed", gzipped],
  ])("does not take answers that nobody reads, until they are read: %s", async (_kind, answer) => {
    const count = 20_000;
    let written = 0;
    const baseUrl = await listen((stream) => {
      stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      const headers = { "content-type": "application/grpc", "grpc-encoding": "gzip" };
      stream.respond(headers, { waitForTrailers: true });
      const fill = (): void => {
        while (written < count) {
          written += 1;
          if (!stream.write(answer)) {
            stream.once("drain", fill);
            return;
          }
        }
        stream.end();
      };
      fill();
    });
    const { message } = await openIds(create(baseUrl));
    const iterator = message[Symbol.asyncIterator]();
    await iterator.next();
    expect(await settle(() => written)).toBeLessThan(count / 2);
    let read = 1;
    while ((await iterator.next()).done !== true) read += 1;
    expect(read).toBe(count);
  });

  it("ends its source when the server has answered early, though nobody reads", async () => {
    const baseUrl = await listen(silent, (stream) => answerIds(stream, ["a"]));
    const requests = createSource();
    const { message } = await openIds(create(baseUrl), { requests });
    expect(await requests.ended).toBe("returned");
    expect(await Array.fromAsync(message)).toMatchObject([{ requestId: "a" }]);
  });

  it("gives all answers of a server that has answered early to a slow reader", async () => {
    function* endless() {
      for (;;) yield "r";
    }
    const ids = Array.from({ length: 1500 }, (_, index) => String(index).padStart(50, "0"));
    const baseUrl = await listen(silent, (stream) => answerIds(stream, ids));
    const { message } = await openIds(create(baseUrl), { requests: endless() });
    await settle(() => 0);
    const read: string[] = [];
    for await (const { requestId } of message) {
      read.push(requestId);
      if (read.length % 100 === 0) await turn();
    }
    expect(read).toEqual(ids);
  });

  it("leaves no stream open for a call that is aborted while it connects", async () => {
    const streams: ServerHttp2Stream[] = [];
    const baseUrl = await listen(
      (stream) => answerIds(stream, []),
      (stream) => void streams.push(stream),
    );
    const transport = create(baseUrl);
    const controller = new AbortController();
    const requests = createSource();
    const { signal } = controller;
    const call = streamOutcome(transport, { requests, signal });
    controller.abort();
    expect(await call).toMatchObject({ error: { code: "Canceled" } });
    expect(await streamOutcome(transport)).toMatchObject({ ids: [] });
    await settle(() => streams.filter(({ closed }) => closed).length);
    expect(streams.every(({ closed }) => closed)).toBe(true);
  });

  it("resets the stream of a call that has failed", async () => {
    const cancelled = Promise.withResolvers<number>();
    const bad = await listen(silent, (stream) => {
      stream.on("close", () => cancelled.resolve(stream.rstCode));
    });
    await streamOutcome(create(bad), { timeoutMs: 30, requests: createSource() });
    expect(await cancelled.promise).toBe(constants.NGHTTP2_CANCEL);
  });
});
