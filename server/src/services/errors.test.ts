import { toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "@presage/gen/google/rpc/error_details_pb";
import { StatusSchema } from "@presage/gen/google/rpc/status_pb";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../../test/support/signatures.ts";
import { type ErrorReason, errorCatalogue, ServingError } from "../core/errors.ts";
import { createViolationList } from "../core/violations.ts";
import { fromFailure, toConnectError } from "./errors.ts";
import { toStatus } from "./status.ts";

const violations = [{ field: "rows[0].RM", description: "missing" }];

describe("toConnectError()", () => {
  const codes: Readonly<Record<ErrorReason, Code>> = {
    INVALID_INPUT: Code.InvalidArgument,
    MODEL_NOT_FOUND: Code.NotFound,
    VERSION_NOT_FOUND: Code.NotFound,
    VERSION_NOT_READY: Code.Unavailable,
    MODEL_RUN_FAILED: Code.InvalidArgument,
    MODEL_ANSWER_INVALID: Code.Internal,
    ENGINE_FAILED: Code.Unavailable,
    MESSAGE_TOO_LARGE: Code.ResourceExhausted,
    OVERLOADED: Code.ResourceExhausted,
    PREDICTION_ID_INVALID: Code.InvalidArgument,
    PREDICTION_EXPIRED: Code.FailedPrecondition,
    PREDICTION_NOT_SCORED: Code.FailedPrecondition,
    FEEDBACK_OFF: Code.FailedPrecondition,
    STORE_UNAVAILABLE: Code.Unavailable,
    DEADLINE_EXCEEDED: Code.DeadlineExceeded,
    CANCELLED: Code.Canceled,
    SHUTTING_DOWN: Code.Unavailable,
    INTERNAL: Code.Internal,
  };
  it.each(Object.keys(errorCatalogue) as ErrorReason[])(
    "gives %s its code and its reason",
    (reason) => {
      const error = toConnectError(new ServingError(reason, "what happened"));
      expect([error.code, error.rawMessage]).toEqual([codes[reason], "what happened"]);
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason, domain: "presage" }]);
      expect(error.details).toHaveLength(1);
    },
  );

  it("tells every violation", () => {
    const error = toConnectError(new ServingError("INVALID_INPUT", "no", { violations }));
    expect(error.findDetails(BadRequestSchema)).toMatchObject([{ fieldViolations: violations }]);
  });

  it("tells how many violations were left out", () => {
    const list = createViolationList();
    for (let index = 0; index < 1500; index += 1) list.add(`rows[${index}].a`, "missing");
    const error = toConnectError(failureOf(() => list.throwIfAny()));
    const [request] = error.findDetails(BadRequestSchema);
    expect(request?.fieldViolations).toHaveLength(1001);
    expect(request?.fieldViolations.at(-1)).toMatchObject({
      field: "",
      description: "500 more violations were left out",
    });
  });

  const delays: [number, bigint, number][] = [
    [1000, 1n, 0],
    [1500, 1n, 500_000_000],
    [0, 0n, 0],
    [0.5, 0n, 500_000],
  ];
  it.each(delays)("tells a retry after %d ms", (retryAfterMs, seconds, nanos) => {
    const error = toConnectError(
      new ServingError("VERSION_NOT_READY", "loading", { retryAfterMs }),
    );
    expect(error.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds, nanos } }]);
  });

  it("keeps the cause, and does not send it", () => {
    const cause = new Error("secret");
    const error = toConnectError(new ServingError("INTERNAL", "a fault", { cause }));
    expect(error.cause).toBe(cause);
    const sent = Buffer.from(toBinary(StatusSchema, toStatus(error))).toString();
    expect(sent).toContain("a fault");
    expect(sent).not.toContain("secret");
  });
});

describe("fromFailure()", () => {
  const protocol = new ConnectError("no such method", Code.Unimplemented);
  const told = new ServingError("MODEL_NOT_FOUND", "there is no model");
  const fault = new ServingError("MODEL_ANSWER_INVALID", "the model answered the class 7");
  const bug = new TypeError("x is not a function");
  const hidden = "the server has a fault; its log tells more";

  const cases: [string, unknown, Code, string, unknown[]][] = [
    ["lets the protocol's errors be", protocol, Code.Unimplemented, "no such method", []],
    ["translates an error of ours", told, Code.NotFound, "there is no model", []],
    [
      "reports a fault that a caller is told of",
      fault,
      Code.Internal,
      "the model answered the class 7",
      [fault],
    ],
    ["reports anything else, and hides it", bug, Code.Internal, hidden, [bug]],
    ["reports even what is no error", "oops", Code.Internal, hidden, ["oops"]],
  ];
  it.each(cases)("%s", (_, failure, code, message, reported) => {
    const faults: unknown[] = [];
    const error = fromFailure(failure, (each) => faults.push(each));
    expect([error.code, error.rawMessage]).toEqual([code, message]);
    expect(faults).toEqual(reported);
    expect(error.message).not.toContain("not a function");
  });
});
