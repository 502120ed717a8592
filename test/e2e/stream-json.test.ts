import { createRegistry } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { file_google_rpc_error_details } from "@presage/gen/google/rpc/error_details_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
});
afterAll(() => server.close());

const registry = createRegistry(file_google_rpc_error_details);
const transports = [
  { name: "gRPC", createTransport: createGrpcTransport },
  { name: "gRPC-Web", createTransport: createGrpcWebTransport },
  { name: "Connect", createTransport: createConnectTransport },
];

describe.each(transports)("PredictStream in JSON over $name", ({ createTransport }) => {
  it("answers a request that fails with the details of its error, and goes on", async () => {
    const transport = createTransport({
      baseUrl: server.url,
      httpVersion: "2",
      useBinaryFormat: false,
      jsonOptions: { registry },
    });
    async function* requests() {
      yield { request: { model: "iris", requestId: "first", rows: [] } };
      yield { request: { model: "iris", requestId: "second", rows: [] } };
    }
    const answers = new Map<string, unknown>();
    for await (const answer of createClient(InferenceService, transport).predictStream(
      requests(),
    )) {
      const { requestId, outcome } = answer;
      const details = outcome.case === "error" ? outcome.value.details : [];
      answers.set(
        requestId,
        details.map((detail) => anyUnpack(detail, registry)),
      );
    }
    const invalid = expect.objectContaining({ reason: "INVALID_INPUT", domain: "presage" });
    const violations = expect.objectContaining({
      fieldViolations: [expect.objectContaining({ field: "rows" })],
    });
    expect(answers).toEqual(
      new Map([
        ["first", [invalid, violations]],
        ["second", [invalid, violations]],
      ]),
    );
  });
});
