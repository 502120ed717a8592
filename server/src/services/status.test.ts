import { createRegistry } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "@presage/gen/google/rpc/error_details_pb";
import { describe, expect, it } from "vitest";
import { invalidInput } from "../core/errors.ts";
import { toConnectError } from "./errors.ts";
import { toStatus } from "./status.ts";

const registry = createRegistry(ErrorInfoSchema, BadRequestSchema);

describe("toStatus()", () => {
  it("carries code, message and details", () => {
    const violations = [{ field: "rows[0].RM", description: "missing" }];
    const status = toStatus(toConnectError(invalidInput(violations)));
    expect([status.code, status.message]).toEqual([3, "rows[0].RM: missing"]);
    expect(status.details.map((detail) => detail.typeUrl)).toEqual([
      "type.googleapis.com/google.rpc.ErrorInfo",
      "type.googleapis.com/google.rpc.BadRequest",
    ]);
    expect(status.details.map((detail) => anyUnpack(detail, registry))).toMatchObject([
      { reason: "INVALID_INPUT", domain: "presage" },
      { fieldViolations: violations },
    ]);
  });

  it("carries details that came over the wire as they are", () => {
    const error = new ConnectError("no", Code.Aborted);
    error.details.push({ type: "google.rpc.Help", value: Uint8Array.of(1, 2) });
    expect(toStatus(error)).toMatchObject({
      code: 10,
      details: [{ typeUrl: "type.googleapis.com/google.rpc.Help", value: Uint8Array.of(1, 2) }],
    });
  });
});
