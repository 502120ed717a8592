import { constants, type ServerHttp2Stream } from "node:http2";
import { Code } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { Health } from "@presage/gen/grpc/health/v1/health_pb";
import { afterEach, describe, expect, it } from "vitest";
import { createLeanGrpcTransport } from "./grpc-transport.ts";
import {
  type Frame,
  listenFrames,
  listenRaw,
  type RawAnswer,
  type RawListener,
} from "./testing/raw-listener.ts";
import { outcomeOf, transports, type UnaryCall } from "./testing/unary-outcome.ts";

const listeners: RawListener[] = [];

afterEach(() => {
  for (const { stop } of listeners.splice(0)) stop();
});

async function keep(started: Promise<RawListener>): Promise<RawListener> {
  const listener = await started;
  listeners.push(listener);
  return listener;
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

// In HPACK: the status 200 by its index, then the name of the content type by its own.
const contentType = Buffer.from("application/grpc");
const header: Frame = {
  type: "headers",
  flags: 4,
  payload: Buffer.from([0x88, 0x0f, 0x10, contentType.byteLength, ...contentType]),
};
const serving = Uint8Array.of(0, 0, 0, 0, 2, 8, 1);
const whole: Frame = { type: "data", payload: serving };
const half: Frame = { type: "data", payload: serving.subarray(0, 6) };

const reset = (code: number): Frame => ({ type: "reset", payload: numbers(code) });
const goAway = (lastStream: number, code: number): Frame => ({
  type: "goAway",
  stream: 0,
  payload: numbers(lastStream, code),
});

function error(code: keyof typeof Code, message: string): object {
  return { code, message, metadata: {}, details: [] };
}

const resetBy = (name: string): object =>
  error("Internal", `Stream closed with error code NGHTTP2_${name}`);
const cancelled = error("Canceled", "http/2 stream closed with error code CANCEL (0x8)");
const noStatus = error("Internal", "protocol error: missing status");
const {
  NGHTTP2_CANCEL,
  NGHTTP2_ENHANCE_YOUR_CALM,
  NGHTTP2_HTTP_1_1_REQUIRED,
  NGHTTP2_INTERNAL_ERROR,
  NGHTTP2_NO_ERROR,
  NGHTTP2_PROTOCOL_ERROR,
  NGHTTP2_REFUSED_STREAM,
} = constants;

const failures: [string, readonly Frame[], object][] = [
  ["reset by PROTOCOL_ERROR", [reset(NGHTTP2_PROTOCOL_ERROR)], resetBy("PROTOCOL_ERROR")],
  ["reset by INTERNAL_ERROR", [reset(NGHTTP2_INTERNAL_ERROR)], resetBy("INTERNAL_ERROR")],
  ["reset by REFUSED_STREAM", [reset(NGHTTP2_REFUSED_STREAM)], resetBy("REFUSED_STREAM")],
  ["reset by CANCEL", [reset(NGHTTP2_CANCEL)], cancelled],
  ["reset by ENHANCE_YOUR_CALM", [reset(NGHTTP2_ENHANCE_YOUR_CALM)], resetBy("ENHANCE_YOUR_CALM")],
  ["reset by HTTP_1_1_REQUIRED", [reset(NGHTTP2_HTTP_1_1_REQUIRED)], resetBy("HTTP_1_1_REQUIRED")],
  ["reset after the headers", [header, reset(NGHTTP2_INTERNAL_ERROR)], resetBy("INTERNAL_ERROR")],
  [
    "reset amid the message",
    [header, half, reset(NGHTTP2_REFUSED_STREAM)],
    resetBy("REFUSED_STREAM"),
  ],
  ["cancelled amid the message", [header, half, reset(NGHTTP2_CANCEL)], cancelled],
  [
    "reset before the status",
    [header, whole, reset(NGHTTP2_INTERNAL_ERROR)],
    resetBy("INTERNAL_ERROR"),
  ],
  ["ended in peace before the status", [header, whole, reset(NGHTTP2_NO_ERROR)], noStatus],
  ["refused by GOAWAY", [goAway(0, NGHTTP2_NO_ERROR)], resetBy("REFUSED_STREAM")],
  [
    "lost by a GOAWAY with an error",
    [goAway(1, NGHTTP2_INTERNAL_ERROR)],
    error("Internal", "Session closed with error code 2"),
  ],
];

const silent: RawAnswer = () => undefined;
const timedOut = error("DeadlineExceeded", "the operation timed out");

const aborts: [string, unknown, object][] = [
  ["without a reason", undefined, error("Canceled", "This operation was aborted")],
  ["with an error", new Error("no need"), error("Canceled", "no need")],
  ["with a word", "no need", error("Canceled", "no need")],
];

for (const [name, create] of transports) {
  describe(`unary() of ${name}, when there is no answer`, () => {
    for (const [what, frames, expected] of failures) {
      it(`fails when it is ${what}`, async () => {
        const { baseUrl } = await keep(listenFrames(frames));
        expect(await outcomeOf(create(baseUrl))).toEqual(expected);
      });
    }

    it("takes the answer that comes after a GOAWAY, and connects anew", async () => {
      const sessions = new Set<unknown>();
      const { baseUrl } = await keep(
        listenRaw((stream) => {
          sessions.add(stream.session);
          stream.session?.goaway(NGHTTP2_NO_ERROR);
          setImmediate(() => answer(stream));
        }),
      );
      const transport = create(baseUrl);
      expect(await outcomeOf(transport)).toMatchObject({ status: 1 });
      expect(await outcomeOf(transport)).toMatchObject({ status: 1 });
      expect(sessions.size).toBe(2);
    });

    it("fails when the connection is lost before an answer, and amid it", async () => {
      for (const begin of [
        () => undefined,
        (stream: ServerHttp2Stream) => stream.respond({ "content-type": "application/grpc" }),
      ]) {
        const { baseUrl } = await keep(
          listenRaw((stream) => {
            begin(stream);
            setImmediate(() => stream.session?.destroy());
          }),
        );
        expect(await outcomeOf(create(baseUrl))).toEqual(cancelled);
      }
    });

    it("fails when nobody listens, and connects as soon as somebody does", async () => {
      const { baseUrl, stop } = await listenRaw(answer);
      stop();
      const transport = create(baseUrl);
      const port = Number(new URL(baseUrl).port);
      expect(await outcomeOf(transport)).toEqual(
        error("Unavailable", `connect ECONNREFUSED 127.0.0.1:${port}`),
      );
      await keep(listenRaw(answer, { port }));
      expect(await outcomeOf(transport)).toMatchObject({ status: 1 });
    });

    it("fails when the deadline passes, before and after the headers", async () => {
      for (const begin of [
        silent,
        (stream: ServerHttp2Stream) => stream.respond({ "content-type": "application/grpc" }),
      ]) {
        const { baseUrl } = await keep(listenRaw(begin));
        expect(await outcomeOf(create(baseUrl), { timeoutMs: 20 })).toEqual(timedOut);
      }
    });

    for (const [what, reason, expected] of aborts) {
      it(`fails when it is aborted ${what}, before and during the call`, async () => {
        const { baseUrl } = await keep(listenRaw(silent));
        const before = AbortSignal.abort(reason);
        expect(await outcomeOf(create(baseUrl), { signal: before })).toEqual(expected);
        const controller = new AbortController();
        const call: UnaryCall = { signal: controller.signal };
        const during = await keep(listenRaw(() => controller.abort(reason)));
        expect(await outcomeOf(create(during.baseUrl), call)).toEqual(expected);
      });
    }

    it("fails for a message that cannot be written", async () => {
      const { baseUrl } = await keep(listenRaw(answer));
      const unwritable = {
        toString(): never {
          throw new Error("no text");
        },
      };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what types forbid
      const input = { service: unwritable as unknown as string };
      const call = create(baseUrl).unary(Health.method.check, undefined, 0, undefined, input);
      await expect(call).rejects.toMatchObject({
        code: Code.Internal,
        rawMessage: expect.stringMatching(/^serialize binary: .*no text$/),
      });
    });
  });
}

describe("unary() of the lean transport", () => {
  it("fails at once when its stream ends in peace without an answer", async () => {
    const { baseUrl } = await keep(listenFrames([reset(NGHTTP2_NO_ERROR)]));
    expect(await outcomeOf(createLeanGrpcTransport({ baseUrl }))).toEqual(
      error("Internal", "http/2 stream closed before its answer was whole"),
    );
  });

  it("shares one connection with streams", async () => {
    const sessions = new Set<unknown>();
    const { baseUrl } = await keep(
      listenRaw((stream) => {
        sessions.add(stream.session);
        answer(stream);
      }),
    );
    const transport = createLeanGrpcTransport({ baseUrl });
    expect(await outcomeOf(transport)).toMatchObject({ status: 1 });
    const input = createAsyncIterable([{ service: "s" }]);
    const { watch } = Health.method;
    const { message } = await transport.stream(watch, undefined, undefined, undefined, input);
    expect((await Array.fromAsync(message)).map(({ status }) => status)).toEqual([1]);
    expect(sessions.size).toBe(1);
  });

  it("cancels the stream of a call that is aborted, or whose deadline has passed", async () => {
    for (const end of ["abort", "deadline"]) {
      const closed = Promise.withResolvers<number>();
      const controller = new AbortController();
      const { baseUrl } = await keep(
        listenRaw((stream) => {
          stream.on("close", () => closed.resolve(stream.rstCode));
          if (end === "abort") controller.abort();
        }),
      );
      const transport = createLeanGrpcTransport({ baseUrl });
      await outcomeOf(transport, { signal: controller.signal, timeoutMs: 50 });
      expect(await closed.promise).toBe(NGHTTP2_CANCEL);
    }
  });
});

function answer(stream: ServerHttp2Stream): void {
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.respond({ "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.end(serving);
}
