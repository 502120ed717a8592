import { describe, expect, it } from "vitest";
import { frameFlags, frameTypes } from "../../server/src/transport/http2/frames.ts";
import {
  echoOf,
  poll,
  readEcho,
  startHttp2Bench,
  streamMessage,
  streamPath,
} from "../support/http2-bench.ts";
import { identity } from "../support/listeners.ts";
import {
  call,
  callFields,
  callHeaders,
  continued,
  data,
  getHeaders,
  headers,
  padded,
  prioritized,
} from "../support/raw-frames.ts";
import { requestOf } from "../support/stream-bench.ts";

const request = requestOf("iris");
const half = request.byteLength >> 1;
const nothing = Buffer.alloc(0);

const forms: readonly (readonly [name: string, frames: readonly Buffer[]])[] = [
  ["in two frames", [call(1, "iris")]],
  ["with padded DATA", [callHeaders(1), padded(data(1, request, true), 255)]],
  ["with padding of no bytes", [callHeaders(1), padded(data(1, request, true), 0)]],
  ["with padded HEADERS", [padded(callHeaders(1), 9), data(1, request, true)]],
  ["with a priority", [prioritized(callHeaders(1), 7), data(1, request, true)]],
  [
    "with padding and a priority",
    [padded(prioritized(callHeaders(1), 0), 3), data(1, request, true)],
  ],
  ["with CONTINUATION", [continued(callHeaders(1), [0, 1, 1, 40]), data(1, request, true)]],
  [
    "in several frames of DATA",
    [callHeaders(1), data(1, request.subarray(0, half)), data(1, request.subarray(half), true)],
  ],
  ["whose end is an empty frame", [callHeaders(1), data(1, request), data(1, nothing, true)]],
  ["whose end is trailers", [callHeaders(1), data(1, request), headers(1, { x: "1" }, true)]],
  [
    "whose trailers come in CONTINUATION",
    [callHeaders(1), data(1, request), continued(headers(1, { x: "1" }, true), [2])],
  ],
  [
    "whose length is told",
    [callHeaders(1, { "content-length": String(request.byteLength) }), data(1, request, true)],
  ],
];

describe("a call past Node's HTTP/2", () => {
  it.each(forms)("is answered %s", async (_, frames) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(...frames);
    expect(readEcho(await client.answer(1))).toEqual(echoOf("iris"));
    expect(bench.taken()).toBe(1);
  });

  it.each(forms)("is answered %s and byte by byte", async (_, frames) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    // Its own answers to the server would come between the bytes.
    await client.settle();
    for (const byte of Buffer.concat(frames)) {
      client.send(Buffer.of(byte));
      // oxlint-disable-next-line no-await-in-loop -- each byte by itself
      await new Promise(setImmediate);
    }
    expect(readEcho(await client.answer(1))).toEqual(echoOf("iris"));
  });

  it("has the headers and trailers of gRPC in its answer, and no others", async () => {
    const client = await (await startHttp2Bench()).connect();
    client.send(call(1, "iris"));
    const { headers: head, trailers } = await client.answer(1);
    expect(head).toEqual({
      ":status": "200",
      "content-type": "application/grpc+proto",
      date: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
    });
    expect(trailers).toEqual({ "grpc-status": "0" });
  });

  it.each([
    ["gRPC-Web", "application/grpc-web+proto", request],
    ["Connect in binary", "application/proto", request.subarray(5)],
    ["Connect in JSON", "application/json", Buffer.from('{"model":"iris"}')],
  ])("is answered over %s, without trailers", async (_, type, body) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(callHeaders(1, { "content-type": type }), data(1, body, true));
    const { headers: head, body: answer, trailers } = await client.answer(1);
    expect(head).toMatchObject({
      ":status": "200",
      "content-type": type,
      "content-length": String(answer.byteLength),
    });
    expect(answer.toString("latin1")).toContain("iris");
    expect(trailers).toBeUndefined();
    expect(bench.taken()).toBe(1);
  });

  it.each([
    [{ "content-type": "application/grpc+json" }],
    [{ te: "trailers, deflate" }],
    [{ "grpc-encoding": "gzip" }],
    [{ ":path": "/presage.v1.ModelService/ListModels" }],
    [{ ":path": "/nothing" }],
    [{ ":method": "OPTIONS" }],
  ])("is not one with %j, which Node's HTTP/2 serves", async (fields) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(headers(1, callFields(fields)), data(1, request, true));
    await client.answer(1);
    expect(bench.taken()).toBe(0);
    client.send(call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
  });

  it.each([false, true])("goes on among what Node's HTTP/2 serves (TLS: %s)", async (isTls) => {
    const bench = await startHttp2Bench(isTls ? { tls: identity } : {});
    const client = await bench.connect({ tls: isTls });
    const streamHeaders = headers(1, callFields({ ":path": streamPath }));
    client.send(streamHeaders, data(1, streamMessage()));
    const calls = Array.from({ length: 50 }, (_, index) => 3 + index * 4);
    for (const id of calls) {
      client.send(callHeaders(id), getHeaders(id + 2, "/bytes/30000"), data(1, streamMessage()));
      client.send(data(id, requestOf(`m${id}`), true));
    }
    client.send(data(1, nothing, true));
    const answers = await Promise.all(calls.map((id) => client.answer(id)));
    expect(answers.map(readEcho)).toEqual(calls.map((id) => echoOf(`m${id}`)));
    const pages = await Promise.all(calls.map((id) => client.answer(id + 2)));
    expect(pages.map(({ body }) => body.byteLength)).toEqual(calls.map(() => 30_000));
    const { body, trailers } = await client.answer(1);
    expect([body.byteLength, trailers?.["grpc-status"]]).toEqual([51 * 5, "0"]);
    expect(bench.taken()).toBe(50);
  });

  it("is answered when it is ready, not in the order of the calls", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(call(1, "slow"), call(3, "iris"));
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
    await poll(() => bench.slow.has("slow"));
    bench.slow.get("slow")?.answer();
    expect(readEcho(await client.answer(1))).toEqual(echoOf("slow"));
  });

  it("leaves PING and SETTINGS to be answered while it is open", async () => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(call(1, "slow"), callHeaders(3));
    await client.settle();
    await client.until(() =>
      client.frames.some(
        ({ type, flags }) => type === frameTypes.settings && flags === frameFlags.ack,
      ),
    );
    expect(client.stream(1).headers).toBeUndefined();
  });

  it.each([false, true])(
    "in the client's first packet is answered behind the server's SETTINGS (TLS: %s)",
    async (isTls) => {
      const bench = await startHttp2Bench(isTls ? { tls: identity } : {});
      const client = await bench.connect({ tls: isTls, opening: call(1, "iris") });
      expect(readEcho(await client.answer(1))).toEqual(echoOf("iris"));
      expect(client.frames[0]).toMatchObject({ type: frameTypes.settings, flags: 0 });
    },
  );

  it.each<[string, string, Buffer, object]>([
    ["JSON that is cut off", "application/json", Buffer.from('{"model":'), { ":status": "400" }],
    [
      "an unknown field",
      "application/json",
      Buffer.from('{"x":1,"model":"a"}'),
      { ":status": "200" },
    ],
    ["a message in two envelopes", "application/grpc", Buffer.concat([request, request]), {}],
    ["an envelope that is cut off", "application/grpc", request.subarray(0, 7), {}],
    [
      "a compressed envelope",
      "application/grpc",
      Buffer.concat([Buffer.of(1), request.subarray(1)]),
      {},
    ],
  ])("is left to Connect's engine with %s, which answers it", async (_, type, body, head) => {
    const bench = await startHttp2Bench();
    const client = await bench.connect();
    client.send(callHeaders(1, { "content-type": type }), data(1, body, true), call(3, "iris"));
    const answer = await client.answer(1);
    expect(answer.isEnded).toBe(true);
    expect({ ...answer.headers, ...answer.trailers }).toMatchObject(head);
    expect(answer.trailers?.["grpc-status"]).not.toBe("0");
    expect(readEcho(await client.answer(3))).toEqual(echoOf("iris"));
    expect(bench.taken()).toBe(2);
  });

  it("that fails has its error in the trailers", async () => {
    const client = await (await startHttp2Bench()).connect();
    client.send(call(1, "fails20"));
    const { body, trailers } = await client.answer(1);
    expect(body.byteLength).toBe(0);
    expect(trailers).toMatchObject({ "grpc-status": "3", "grpc-message": "d".repeat(20) });
  });
});
