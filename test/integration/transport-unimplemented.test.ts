import type { Transport } from "@connectrpc/connect";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallSteps } from "../../server/src/transport/calls.ts";
import type { Listener } from "../../server/src/transport/listener.ts";
import { createListener } from "../../server/src/transport/listener.ts";
import { createUnknownHandler } from "../../server/src/transport/unimplemented.ts";
import { request1, request2, session2 } from "../support/sockets.ts";

let listener: Listener;
let baseUrl: string;
let port: number;

beforeAll(async () => {
  listener = createListener({
    host: "127.0.0.1",
    port: 0,
    handler: createUnknownHandler(createCallSteps({ reportFault: () => {} })),
  });
  ({ port } = await listener.listen());
  baseUrl = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await listener.drain(0);
});

const transports: readonly (readonly [string, () => Transport])[] = [
  ["gRPC", () => createGrpcTransport({ baseUrl })],
  ["gRPC-Web over HTTP/1.1", () => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ["gRPC-Web over HTTP/2", () => createGrpcWebTransport({ baseUrl, httpVersion: "2" })],
  ["Connect over HTTP/1.1", () => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
  ["Connect over HTTP/2", () => createConnectTransport({ baseUrl, httpVersion: "2" })],
  [
    "Connect with binary messages",
    () => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  ],
  [
    "Connect by GET",
    () => createConnectTransport({ baseUrl, httpVersion: "1.1", useHttpGet: true }),
  ],
];

describe.each(transports)("createUnknownHandler() to %s", (_name, createTransport) => {
  it("is UNIMPLEMENTED to a unary call", async () => {
    const client = createClient(InferenceService, createTransport());
    const failed = await client.predict({}).catch((reason) => ConnectError.from(reason));
    expect(failed).toMatchObject({
      code: Code.Unimplemented,
      rawMessage: "/presage.v1.InferenceService/Predict is not a method of this server",
    });
  });

  it("is UNIMPLEMENTED to a streaming call", async () => {
    const client = createClient(InferenceService, createTransport());
    const read = async (): Promise<unknown> => {
      const requests = (async function* () {
        yield {};
      })();
      for await (const answer of client.predictStream(requests)) return answer;
      return undefined;
    };
    const failed = await read().catch((reason) => ConnectError.from(reason));
    expect(failed).toMatchObject({
      code: Code.Unimplemented,
      rawMessage: "/presage.v1.InferenceService/PredictStream is not a method of this server",
    });
  });
});

describe("createUnknownHandler()", () => {
  it("sends gRPC its status in trailers, which end the stream", async () => {
    const session = session2(baseUrl);
    const headers = { ":method": "POST", ":path": "/a.B/C", "content-type": "application/grpc" };
    const answer = await request2(session, headers, "\0\0\0\0\0");
    expect(answer.headers).toMatchObject({ ":status": 200, "content-type": "application/grpc" });
    expect(answer.headers["grpc-status"]).toBeUndefined();
    expect(answer.trailers).toMatchObject({ "grpc-status": "12" });
    session.destroy();
  });

  it("sends others a plain 404", async () => {
    expect(await request1(port, { path: "/favicon.ico" })).toMatchObject({
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: "not found\n",
    });
  });
});
