import { once } from "node:events";
import http from "node:http";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  connectNodeAdapter,
  createGrpcTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import { InferenceService, PredictRequestSchema } from "@presage/gen/presage/v1/inference_pb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Listener } from "../../server/src/transport/listener.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { open, readUntil, request1, request2, session2 } from "../support/sockets.ts";

const path = "/presage.v1.InferenceService/Predict";
const bigModel = "x".repeat(5_000_000);
const big = create(PredictRequestSchema, { model: bigModel });
const bigJson = toJsonString(PredictRequestSchema, big);
const small = '{"model":"iris"}';
const json = { "content-type": "application/json" };

function envelope(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe("an answer that ends before its request", () => {
  let listener: Listener;
  let port: number;

  beforeEach(async () => {
    listener = createListener({
      host: "127.0.0.1",
      port: 0,
      handler: connectNodeAdapter({
        readMaxBytes: 1000,
        routes: (router) =>
          router.service(InferenceService, { predict: ({ model }) => ({ version: model }) }),
      }),
      drainGraceMs: 0,
    });
    ({ port } = await listener.listen());
  });

  afterEach(async () => {
    await listener.drain(0);
  });

  it("reaches a raw HTTP/1.1 client that sends its 5 MB first", async () => {
    const socket = await open(port);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n` +
        `content-length: ${bigJson.length}\r\n\r\n${bigJson}`,
    );
    const answer = await readUntil(socket, "}");
    expect(answer).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    expect(answer).toContain('"code":"resource_exhausted"');
    expect(answer).toContain("\r\nConnection: close\r\n");
    socket.destroy();
  });

  it("leaves nothing behind on a connection that lives on", async () => {
    const counts: number[] = [];
    const counting = createListener({
      host: "127.0.0.1",
      port: 0,
      handler: (request, response) => {
        counts.push(request.socket.listenerCount("close"));
        response.end("early");
      },
      drainGraceMs: 0,
    });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const { port: countingPort } = await counting.listen();
    for (let call = 0; call < 20; call += 1) {
      const body = Buffer.alloc(200_000);
      expect((await request1(countingPort, { agent, method: "POST" }, body)).body).toBe("early");
    }
    expect(new Set(counts.slice(1)).size).toBe(1);
    agent.destroy();
    await counting.drain(0);
  });

  it("reaches a raw HTTP/1.1 client that asked to close the connection", async () => {
    const socket = await open(port);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nconnection: close\r\n` +
        `content-length: ${bigJson.length}\r\n\r\n${bigJson}`,
    );
    expect(await readUntil(socket, "}")).toContain('"code":"resource_exhausted"');
    socket.destroy();
  });

  it("reaches a node:http client, many times", async () => {
    for (let round = 0; round < 5; round += 1) {
      const answer = await request1(port, { method: "POST", path, headers: json }, bigJson);
      expect(answer.status).toBe(429);
      expect(answer.body).toContain('"code":"resource_exhausted"');
    }
  });

  it("keeps the HTTP/1.1 connection when the rest of the body is short", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const options = { method: "POST", path, headers: json, agent };
    const refused = await request1(port, options, `{"model":"${"x".repeat(1_000_000)}"}`);
    expect(refused.status).toBe(429);
    expect(await request1(port, options, small)).toMatchObject({ status: 200 });
    expect(listener.connections()).toBe(1);
    agent.destroy();
  });

  it("ends an HTTP/1.1 connection whose body never comes to its end", async () => {
    const socket = await open(port);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n` +
        `content-length: 1000000\r\n\r\n${"x".repeat(2000)}`,
    );
    await readUntil(socket, "}");
    await expect.poll(() => listener.connections(), { timeout: 5000 }).toBe(0);
    socket.destroy();
  });

  it.each([
    ["application/grpc+proto", { "grpc-status": "8" }],
    ["application/grpc-web+proto", {}],
    ["application/connect+proto", {}],
  ])("reaches an HTTP/2 client that speaks %s, and frees the stream", async (type, trailers) => {
    const session = session2(`http://127.0.0.1:${port}`);
    const headers = { ":method": "POST", ":path": path, "content-type": type };
    const body = envelope(toBinary(PredictRequestSchema, big));
    const refused = await request2(session, headers, body);
    expect(refused).toMatchObject({ trailers });
    const good = await request2(session, { ":method": "POST", ":path": path, ...json }, small);
    expect(good).toMatchObject({ status: 200, body: '{"version":"iris"}' });
    session.destroy();
  });

  it("reaches a gRPC client, whose connection serves on", async () => {
    const sessionManager = new Http2SessionManager(`http://127.0.0.1:${port}`);
    const transport = createGrpcTransport({ baseUrl: `http://127.0.0.1:${port}`, sessionManager });
    const client = createClient(InferenceService, transport);
    for (let round = 0; round < 5; round += 1) {
      const failed = await client
        .predict({ model: bigModel })
        .catch((reason) => ConnectError.from(reason));
      expect(failed).toMatchObject({ code: Code.ResourceExhausted });
      expect(await client.predict({ model: "iris" })).toMatchObject({ version: "iris" });
    }
    expect(listener.connections()).toBe(1);
    sessionManager.abort();
  });

  it("closes the HTTP/2 stream of a request that never ends, without an error", async () => {
    const session = session2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":method": "POST", ":path": path, ...json });
    stream.resume().write("x".repeat(2000));
    const [head] = await once(stream, "response");
    expect(head).toMatchObject({ ":status": 429 });
    await once(stream, "close");
    expect(stream.rstCode).toBe(0);
    session.destroy();
  });

  it("returns the flow-control window of fifty refused uploads on one connection", async () => {
    const session = session2(`http://127.0.0.1:${port}`);
    const headers = { ":method": "POST", ":path": path, "content-type": "application/json" };
    const body = `{"model":"${"x".repeat(100_000)}"}`;
    const refused = await Promise.all(
      Array.from({ length: 50 }, () => request2(session, headers, body)),
    );
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    expect(await request2(session, headers, small)).toMatchObject({ status: 200 });
    session.destroy();
  });
});
