import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { ErrorInfoSchema } from "@presage/gen/google/rpc/error_details_pb";
import { afterEach, describe, expect, it } from "vitest";
import { createLeanGrpcTransport } from "./grpc-transport.ts";
import { type Frame, listenFrames, listenRaw, type RawListener } from "./testing/raw-listener.ts";
import { encodeAnswer, openIds, streamOutcome } from "./testing/stream-outcome.ts";
import { readMaxBytes, transports } from "./testing/unary-outcome.ts";

const listeners: RawListener[] = [];

afterEach(() => {
  for (const { stop } of listeners.splice(0)) stop();
});

async function keep(started: Promise<RawListener>): Promise<string> {
  const listener = await started;
  listeners.push(listener);
  return listener.baseUrl;
}

interface Answer {
  readonly header?: OutgoingHttpHeaders;
  readonly body?: readonly Uint8Array[];
  /** Default: the status OK; false is none. */
  readonly trailer?: OutgoingHttpHeaders | false;
}

const ok = { "grpc-status": "0" };
const grpc = { ":status": 200, "content-type": "application/grpc+proto" };

function send(stream: ServerHttp2Stream, { header, body = [], trailer = ok }: Answer): void {
  if (trailer !== false) stream.once("wantTrailers", () => stream.sendTrailers({ ...trailer }));
  stream.respond({ ...grpc, ...header }, { waitForTrailers: trailer !== false });
  for (const piece of body) stream.write(piece);
  stream.end();
}

const details = [{ desc: ErrorInfoSchema, value: { reason: "MODEL_NOT_FOUND" } }];
const notFound = new ConnectError("no model é", Code.NotFound, { "x-b": "2" }, details);
const failed: OutgoingHttpHeaders = Object.fromEntries(setTrailerStatus(new Headers(), notFound));

const [a, b] = [encodeAnswer("a"), encodeAnswer("b")];
const gzipped = encodeEnvelope(1, gzipSync(b.subarray(5)));
const whole = (...ids: string[]) => ({ ids, header: {}, trailer: {} });

function broken(ids: readonly string[], code: keyof typeof Code, message: string, rest = {}) {
  return { ids, error: { code, message, metadata: {}, details: [], ...rest } };
}

const truncated = broken(["a"], "Internal", "protocol error: incomplete envelope");

const answers: [string, Answer, object][] = [
  ["no answers", {}, whole()],
  ["answers in pieces of their own", { body: [a, b] }, whole("a", "b")],
  ["answers in one piece", { body: [Buffer.concat([a, b, a])] }, whole("a", "b", "a")],
  [
    "answers byte by byte",
    { body: [...a, ...b].map((byte) => Uint8Array.of(byte)) },
    whole("a", "b"),
  ],
  [
    "headers and trailers",
    { header: { "x-a": ["1", "2"] }, body: [a], trailer: { ...ok, "x-b": "3" } },
    { ids: ["a"], header: { "x-a": "1, 2" }, trailer: { "x-b": "3" } },
  ],
  [
    "compressed answers among plain ones",
    { header: { "grpc-encoding": "gzip" }, body: [a, gzipped, a, gzipped] },
    whole("a", "b", "a", "b"),
  ],
  [
    "a compressed answer without an encoding",
    { body: [a, gzipped] },
    broken(["a"], "Internal", "received compressed envelope, but do not know how to decompress"),
  ],
  [
    "an error after answers",
    { header: { "x-a": "1" }, body: [a, b], trailer: failed },
    broken(["a", "b"], "NotFound", "no model é", {
      metadata: { "x-a": "1", "x-b": "2" },
      details: ["google.rpc.ErrorInfo"],
    }),
  ],
  [
    "an error in the headers alone",
    { header: { ...failed, "x-a": "1" }, trailer: false },
    broken([], "NotFound", "no model é", {
      metadata: { "x-a": "1", "x-b": "2" },
      details: ["google.rpc.ErrorInfo"],
    }),
  ],
  ["the status OK in the headers alone", { header: ok, trailer: false }, whole()],
  [
    "no status",
    { body: [a], trailer: false },
    broken(["a"], "Internal", "protocol error: missing status"),
  ],
  [
    "an encoding that is not known",
    { header: { "grpc-encoding": "zstd" }, body: [a] },
    broken([], "Internal", 'unsupported response encoding "zstd"'),
  ],
  [
    "another content type",
    { header: { "content-type": "text/html" }, body: [a] },
    broken([], "Unknown", "unsupported content type text/html"),
  ],
  [
    "HTTP 503",
    { header: { ":status": 503 }, trailer: false },
    broken([], "Unavailable", "HTTP 503"),
  ],
  ["a part of an answer", { body: [a, b.subarray(0, 6)] }, truncated],
  ["a part of an answer's head", { body: [Buffer.concat([a, b.subarray(0, 3)])] }, truncated],
  [
    "an answer that cannot be parsed",
    { body: [a, encodeEnvelope(0, Uint8Array.of(8)), b] },
    broken(["a"], "Internal", "parse binary: premature EOF"),
  ],
  [
    "an answer that is too large",
    { body: [a, encodeEnvelope(0, new Uint8Array(1001)), b] },
    broken(
      ["a"],
      "ResourceExhausted",
      `message size 1001 is larger than configured readMaxBytes ${readMaxBytes}`,
    ),
  ],
];

const header: Frame = {
  type: "headers",
  flags: 4,
  payload: Buffer.from([0x88, 0x0f, 0x10, 16, ...Buffer.from("application/grpc")]),
};
const reset = (code: number): Frame => ({ type: "reset", payload: Buffer.of(0, 0, 0, code) });
const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

const cuts: [string, readonly Frame[], object][] = [
  ["before its headers", [reset(NGHTTP2_REFUSED_STREAM)], resetBy("REFUSED_STREAM")],
  ["after its headers", [header, reset(NGHTTP2_INTERNAL_ERROR)], resetBy("INTERNAL_ERROR")],
  [
    "by a cancellation",
    [header, reset(NGHTTP2_CANCEL)],
    broken([], "Canceled", "http/2 stream closed with error code CANCEL (0x8)"),
  ],
];

function resetBy(name: string): object {
  return broken([], "Internal", `Stream closed with error code NGHTTP2_${name}`);
}

for (const [name, create] of transports) {
  describe(`the answers of a stream by ${name}`, () => {
    for (const [what, answer, expected] of answers) {
      it(`can be ${what}`, async () => {
        const baseUrl = await keep(listenRaw((stream) => send(stream, answer)));
        expect(await streamOutcome(create(baseUrl))).toEqual(expected);
      });
    }

    for (const [what, frames, expected] of cuts) {
      it(`can be cut off ${what}`, async () => {
        const baseUrl = await keep(listenFrames(frames));
        expect(await streamOutcome(create(baseUrl))).toEqual(expected);
      });
    }

    it("fail again where they have failed, and stay at their end", async () => {
      for (const trailer of [ok, { "grpc-status": "5" }]) {
        const baseUrl = await keep(listenRaw((stream) => send(stream, { trailer })));
        const { message } = await openIds(create(baseUrl));
        const iterator = message[Symbol.asyncIterator]();
        const first = await Promise.allSettled([iterator.next()]);
        expect(await Promise.allSettled([iterator.next()])).toEqual(first);
      }
    });
  });
}

describe("readAnswers()", () => {
  it("gives what has come before the stream was cut off", async () => {
    const data: Frame = { type: "data", payload: Buffer.concat([a, b, a.subarray(0, 6)]) };
    const baseUrl = await keep(listenFrames([header, data, reset(NGHTTP2_INTERNAL_ERROR)]));
    expect(await streamOutcome(createLeanGrpcTransport({ baseUrl }))).toEqual({
      ...resetBy("INTERNAL_ERROR"),
      ids: ["a", "b"],
    });
  });

  it("reads for several who ask at once, in the order in which they have asked", async () => {
    const baseUrl = await keep(listenRaw((stream) => send(stream, { body: [a, b] })));
    const { message } = await openIds(createLeanGrpcTransport({ baseUrl }));
    const iterator = message[Symbol.asyncIterator]();
    const steps = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(steps).toMatchObject([
      { value: { requestId: "a" } },
      { value: { requestId: "b" } },
      { done: true },
    ]);
  });
});
