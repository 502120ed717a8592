import http from "node:http";
import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { PredictRequestSchema } from "@presage/gen/presage/v1/inference_pb";
import { createClient } from "@presage/sdk/node";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import {
  request1,
  request2,
  type Session2,
  session2,
  type TextAnswer,
} from "../support/sockets.ts";

let server: BuiltServer;
let session: Session2;
const agent = new http.Agent({ keepAlive: true });
beforeAll(async () => {
  server = await startBuiltServer();
  session = session2(server.url);
});
afterAll(async () => {
  session.close();
  agent.destroy();
  // Rejects if the server called any of it a fault of its own.
  await server.close();
});

const request = create(PredictRequestSchema, {
  model: "iris",
  tensors: [{ shape: [1n, 4n], data: { case: "raw", value: new Uint8Array(16) } }],
});
const message = Buffer.from(toBinary(PredictRequestSchema, request));
const envelope = Buffer.concat([Buffer.from([0, 0, 0, 0, message.byteLength]), message]);
const json = Buffer.from(toJsonString(PredictRequestSchema, request));

const paths = [
  "/presage.v1.InferenceService/Predict",
  "/presage.v1.InferenceService/PredictStream",
  "/presage.v1.ModelService/GetModel",
  "/grpc.health.v1.Health/Check",
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/presage.v1.ModelService/Nothing",
];
const contentTypes = [
  "application/grpc",
  "application/grpc+json",
  "application/grpc-web+proto",
  "application/grpc-web-text",
  "application/proto",
  "application/json",
  "application/connect+json",
  "application/connect+proto",
  "text/plain",
];

/** A body of which some bytes are others, or the end is missing. */
const mutated = (body: Buffer): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat({ max: body.byteLength - 1 }), fc.nat({ max: 255 })), {
        maxLength: 6,
      }),
      fc.nat({ max: body.byteLength * 3 }),
    )
    .map(([changes, length]) => {
      const copy = Buffer.from(body);
      for (const [place, byte] of changes) copy[place] = byte;
      return copy.subarray(0, length);
    });

interface Call {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const calls: fc.Arbitrary<Call> = fc.record({
  path: fc.constantFrom(...paths),
  contentType: fc.constantFrom(...contentTypes),
  body: fc.oneof(...[message, envelope, json].map(mutated)),
  headers: fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    { "grpc-encoding": "gzip" },
    { "grpc-encoding": "unheard-of" },
    { "content-encoding": "br" },
    { "grpc-timeout": "soon" },
    { "connect-timeout-ms": "-1" },
    { "connect-protocol-version": "9" },
  ),
});

/**
 * What a caller's mistake must never be told as, but for envelopes that break the protocol itself:
 * those gRPC wants to be called internal (compressed without a way, cut off in the middle).
 */
const unknownOrInternal = ["2", "13", "unknown", "internal"];
const isWhole = (body: Buffer): boolean =>
  body.byteLength >= 5 && body[0] === 0 && body.readUInt32BE(1) === body.byteLength - 5;

/** The code or status that an answer tells, in any of the protocols; undefined where it tells none. */
function toldBy({ trailers, body }: TextAnswer): unknown {
  const [, code, status] = /"code":"(\w+)"|grpc-status: (\d+)/.exec(body) ?? [];
  return trailers["grpc-status"] ?? code ?? status;
}

function expectCallersMistake(answer: TextAnswer, { contentType, body }: Call): void {
  expect(answer.status).not.toBe(500);
  expect(answer.body).not.toMatch(/\.ts:\d+/);
  const enveloped = /grpc|connect/.test(contentType);
  const forbidden = enveloped && !isWhole(body) ? [] : unknownOrInternal;
  expect(forbidden).not.toContain(toldBy(answer));
}

describe("requests that are wrong in any way", () => {
  it("are never the server's fault, over HTTP/2", async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (call) => {
        const { path, contentType, headers, body } = call;
        const head = { ":method": "POST", ":path": path, "content-type": contentType, ...headers };
        const answer = await request2(session, head, body);
        expectCallersMistake(answer, call);
      }),
      { numRuns: 3000, seed: 20261121 },
    );
  }, 120_000);

  it("are never the server's fault, over HTTP/1.1", async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (call) => {
        const { path, contentType, headers, body } = call;
        const head = { "content-type": contentType, ...headers };
        const answer = await request1(
          server.port,
          { agent, method: "POST", path, headers: head },
          body,
        );
        expectCallersMistake(answer, call);
      }),
      { numRuns: 1500, seed: 20261121 },
    );
  }, 120_000);

  it("leave the server as it was", async () => {
    const client = createClient({ baseUrl: server.url });
    expect((await client.predict("iris", [5.1, 3.5, 1.4, 0.2])).row).toMatchObject({
      class: "setosa",
    });
  });
});
