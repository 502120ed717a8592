import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { ErrorInfoSchema } from "@presage/gen/google/rpc/error_details_pb";
import { afterEach, describe, expect, it } from "vitest";
import { listenRaw, type RawAnswer, type RawListener } from "./testing/raw-listener.ts";
import { outcomeOf, readMaxBytes, transports } from "./testing/unary-outcome.ts";

const listeners: RawListener[] = [];

afterEach(() => {
  for (const { stop } of listeners.splice(0)) stop();
});

async function listen(answer: RawAnswer): Promise<RawListener> {
  const listener = await listenRaw(answer);
  listeners.push(listener);
  return listener;
}

/** An answer of any kind. */
interface Answer {
  readonly header?: OutgoingHttpHeaders;
  readonly body?: readonly Uint8Array[];
  /** Default: the status OK; false is none. */
  readonly trailer?: OutgoingHttpHeaders | false;
}

const ok = { "grpc-status": "0" };
const grpc = { ":status": 200, "content-type": "application/grpc+proto" };
// A HealthCheckResponse of SERVING.
const message = Uint8Array.of(8, 1);
const serving = encodeEnvelope(0, message);

function send(stream: ServerHttp2Stream, { header, body = [], trailer = ok }: Answer): void {
  if (trailer !== false) stream.once("wantTrailers", () => stream.sendTrailers({ ...trailer }));
  stream.respond({ ...grpc, ...header }, { waitForTrailers: trailer !== false });
  for (const piece of body) stream.write(piece);
  stream.end();
}

const details = [{ desc: ErrorInfoSchema, value: { reason: "MODEL_NOT_FOUND" } }];
const notFound = new ConnectError("no model é", Code.NotFound, { "x-b": "2" }, details);
const failed: OutgoingHttpHeaders = Object.fromEntries(setTrailerStatus(new Headers(), notFound));

function error(code: keyof typeof Code, text: string, rest: object = {}): object {
  return { code, message: text, metadata: {}, details: [], ...rest };
}

const good = { status: 1, header: {}, trailer: {} };
const unsupported = "unsupported content type";
const extra = error(
  "Unimplemented",
  "protocol error: received extra output message for unary method",
);
const truncated = error("Internal", "protocol error: incomplete envelope");
const tooLarge = `message size 1001 is larger than configured readMaxBytes ${readMaxBytes}`;

const answers: [string, Answer, object][] = [
  ["a plain message", { body: [serving] }, good],
  [
    "no fields that are set",
    { body: [encodeEnvelope(0, new Uint8Array(0))] },
    { ...good, status: 0 },
  ],
  ["a message byte by byte", { body: [...serving].map((byte) => Uint8Array.of(byte)) }, good],
  ["a message after its head", { body: [serving.subarray(0, 5), message] }, good],
  [
    "headers and trailers",
    { header: { "x-a": ["1", "2"] }, body: [serving], trailer: { ...ok, "x-b": "3" } },
    { ...good, header: { "x-a": "1, 2" }, trailer: { "x-b": "3" } },
  ],
  [
    "the shorter content type",
    { header: { "content-type": "application/grpc" }, body: [serving] },
    good,
  ],
  ["the encoding identity", { header: { "grpc-encoding": "identity" }, body: [serving] }, good],
  [
    "a message in gzip",
    { header: { "grpc-encoding": "gzip" }, body: [encodeEnvelope(1, gzipSync(message))] },
    good,
  ],
  [
    "a plain message where gzip may be",
    { header: { "grpc-encoding": "gzip" }, body: [serving] },
    good,
  ],
  [
    "an encoding that is not known",
    { header: { "grpc-encoding": "zstd", "x-a": "1" }, body: [serving] },
    error("Internal", 'unsupported response encoding "zstd"', { metadata: { "x-a": "1" } }),
  ],
  [
    "a compressed message without an encoding",
    { body: [encodeEnvelope(1, gzipSync(message))] },
    error("Internal", "received compressed envelope, but do not know how to decompress"),
  ],
  [
    "an error with details",
    { header: { "x-a": "1" }, trailer: failed },
    error("NotFound", "no model é", {
      metadata: { "x-a": "1", "x-b": "2" },
      details: ["google.rpc.ErrorInfo"],
    }),
  ],
  [
    "an error in the headers alone",
    { header: { ...failed, "x-a": "1" }, trailer: false },
    error("NotFound", "no model é", {
      metadata: { "x-a": "1", "x-b": "2" },
      details: ["google.rpc.ErrorInfo"],
    }),
  ],
  [
    "a message, and then an error",
    { body: [serving], trailer: { "grpc-status": "8" } },
    error("ResourceExhausted", ""),
  ],
  [
    "a status that is not known",
    { trailer: { "grpc-status": "99" } },
    error("Internal", "invalid grpc-status: 99"),
  ],
  [
    "no status",
    { body: [serving], trailer: false },
    error("Internal", "protocol error: missing status"),
  ],
  [
    "no message",
    {},
    error("Unimplemented", "protocol error: missing output message for unary method"),
  ],
  [
    "the status OK in the headers alone",
    { header: ok, trailer: false },
    error("Unknown", "protocol error: missing output message for unary method"),
  ],
  ["two messages", { body: [serving, serving] }, extra],
  ["two messages in one piece", { body: [Buffer.concat([serving, serving])] }, extra],
  ["a message and a part of one", { body: [serving, serving.subarray(0, 6)] }, truncated],
  ["a part of a message", { body: [serving.subarray(0, 6)] }, truncated],
  ["a part of an envelope's head", { body: [serving.subarray(0, 3)] }, truncated],
  [
    "a message that cannot be parsed",
    { body: [encodeEnvelope(0, Uint8Array.of(8))] },
    error("Internal", "parse binary: premature EOF"),
  ],
  [
    "a message that is too large",
    { body: [encodeEnvelope(0, new Uint8Array(1001))] },
    error("ResourceExhausted", tooLarge),
  ],
  [
    "a second message that is too large",
    { body: [serving, encodeEnvelope(0, new Uint8Array(1001))] },
    error("ResourceExhausted", tooLarge),
  ],
  [
    "another content type",
    { header: { "content-type": "text/html" }, body: [serving] },
    error("Unknown", `${unsupported} text/html`),
  ],
  [
    "HTTP 503 without a status",
    { header: { ":status": 503, "content-type": "text/plain" }, trailer: false },
    error("Unavailable", "HTTP 503"),
  ],
  [
    "HTTP 401 with headers",
    { header: { ":status": 401, "x-a": "1" }, body: [serving] },
    error("Unauthenticated", "HTTP 401", { metadata: { "x-a": "1" } }),
  ],
];

for (const [name, create, asking] of transports) {
  describe(`unary() of ${name}`, () => {
    for (const [what, answer, expected] of answers) {
      it(`reads ${what}`, async () => {
        const { baseUrl } = await listen((stream) => send(stream, answer));
        expect(await outcomeOf(create(baseUrl))).toEqual(expected);
      });
    }

    it("does not wait for the end of an answer that it has refused", async () => {
      const { baseUrl } = await listen((stream) => {
        stream.respond(grpc);
        stream.write(serving);
        stream.write(serving);
      });
      expect(await outcomeOf(create(baseUrl))).toEqual(extra);
    });

    it("sends the headers of gRPC, and the caller's", async () => {
      const seen: IncomingHttpHeaders[] = [];
      const { baseUrl } = await listen((stream, headers) => {
        seen.push(Object.fromEntries(Object.entries(headers)));
        send(stream, { body: [serving] });
      });
      const transport = create(`${baseUrl}/prefix`);
      await outcomeOf(transport);
      await outcomeOf(transport, { timeoutMs: 30_000 });
      await outcomeOf(transport, { timeoutMs: 30_000, header: { "X-Team": "risk" } });
      await outcomeOf(transport, { header: { "user-agent": "me", "content-type": "odd" } });
      const common = {
        ":authority": baseUrl.slice("http://".length),
        ":method": "POST",
        ":path": "/prefix/grpc.health.v1.Health/Check",
        ":scheme": "http",
        "content-type": "application/grpc+proto",
        ...asking,
        te: "trailers",
        "user-agent": expect.stringMatching(/^connect-es\//),
      };
      const timed = { ...common, "grpc-timeout": "30000m" };
      const named = { ...timed, "x-team": "risk" };
      expect(seen).toEqual([common, timed, named, { ...common, "user-agent": "me" }]);
    });
  });
}
