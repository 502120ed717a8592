import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { BadRequestSchema } from "@presage/gen/google/rpc/error_details_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
});
afterAll(() => server.close());

const text = { kind: { case: "stringValue" as const, value: "no number" } };
const row = { kind: { case: "listValue" as const, value: { values: [text, text, text, text] } } };
/** 1,200 values that do not fit. */
const request = { model: "iris", rows: Array.from({ length: 300 }, () => row) };

/** Over each protocol, on the plain lane and, as it is compressed, through Connect's engine. */
const ways = (["plain", "compressed"] as const).flatMap((form) => {
  const options = {
    httpVersion: "2" as const,
    acceptCompression: [],
    ...(form === "compressed" && {
      sendCompression: compressionGzip,
      acceptCompression: [compressionGzip],
      compressMinBytes: 0,
    }),
  };
  return [
    ["gRPC", form, (baseUrl: string) => createGrpcTransport({ baseUrl, ...options }), 60, 100],
    [
      "gRPC-Web",
      form,
      (baseUrl: string) => createGrpcWebTransport({ baseUrl, ...options }),
      1001,
      1001,
    ],
    [
      "Connect",
      form,
      (baseUrl: string) => createConnectTransport({ baseUrl, ...options }),
      1001,
      1001,
    ],
  ] as const;
});

describe("more violations than gRPC's trailers have room for", () => {
  it.each(ways)(
    "are told over %s, %s, as far as they fit, with the number of the others",
    async (_name, _form, connect: (baseUrl: string) => Transport, least, most) => {
      const client = createClient(InferenceService, connect(server.url));
      const error = await client.predict(request).then(
        () => undefined,
        (failure: unknown) => ConnectError.from(failure),
      );
      expect(error?.code).toBe(Code.InvalidArgument);
      const told =
        error?.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations) ??
        [];
      expect(told.length).toBeGreaterThanOrEqual(least);
      expect(told.length).toBeLessThanOrEqual(most);
      const leftOut = 1200 - (told.length - 1);
      expect(told.at(-1)?.description).toBe(`${leftOut} more violations were left out`);
      expect(error?.rawMessage).toContain("and 1197 more");
    },
  );
});
