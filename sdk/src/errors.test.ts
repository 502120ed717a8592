import { create } from "@bufbuild/protobuf";
import { anyPack, durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "@presage/gen/google/rpc/error_details_pb";
import { StatusSchema } from "@presage/gen/google/rpc/status_pb";
import { describe, expect, it } from "vitest";
import {
  abortedError,
  callError,
  fromStatus,
  invalidInput,
  isPresageError,
  PresageError,
} from "./errors.ts";

const violation = { field: "rows[0].RM", description: "expected a number, got nothing" };

function detailed(): ConnectError {
  return new ConnectError("busy", Code.ResourceExhausted, undefined, [
    { desc: ErrorInfoSchema, value: { reason: "QUEUE_FULL" } },
    { desc: BadRequestSchema, value: { fieldViolations: [violation] } },
    { desc: RetryInfoSchema, value: { retryDelay: durationFromMs(1500) } },
  ]);
}

describe("PresageError.from()", () => {
  it("reads every detail of a ConnectError", () => {
    const cause = detailed();
    const error = PresageError.from(cause);
    expect(error).toMatchObject({
      name: "PresageError",
      code: "resource_exhausted",
      message: "busy",
      reason: "QUEUE_FULL",
      violations: [violation],
      retryAfterMs: 1500,
    });
    expect(error.cause).toBe(cause);
  });

  it("leaves out what a ConnectError without details does not say", () => {
    const error = PresageError.from(new ConnectError("gone", Code.NotFound));
    expect(error.code).toBe("not_found");
    expect(error.reason).toBeUndefined();
    expect(error.violations).toEqual([]);
    expect(error.retryAfterMs).toBeUndefined();
  });

  it("names every code as Connect writes it", () => {
    for (const code of Object.values(Code).filter((value) => typeof value === "number")) {
      const { message } = new ConnectError("", code);
      expect(`[${PresageError.from(new ConnectError("", code)).code}]`).toBe(message);
    }
  });

  it("returns a PresageError as it is", () => {
    const error = new PresageError("internal", "broken");
    expect(PresageError.from(error)).toBe(error);
  });

  it("returns a PresageError of another copy of the package as it is", () => {
    const foreign = Object.assign(new Error("broken"), {
      [Symbol.for("@presage/sdk/PresageError")]: true,
    });
    expect(PresageError.from(foreign)).toBe(foreign);
  });

  const others: [string, unknown, string, string][] = [
    ["an AbortError", new DOMException("stopped", "AbortError"), "canceled", "stopped"],
    ["a TimeoutError", new DOMException("late", "TimeoutError"), "deadline_exceeded", "late"],
    ["any other error", new TypeError("no"), "unknown", "no"],
    ["what is no error", "text", "unknown", "text"],
  ];
  for (const [what, reason, code, message] of others) {
    it(`makes ${what} ${code}, with it as the cause`, () => {
      expect(PresageError.from(reason)).toMatchObject({ code, message, cause: reason });
    });
  }

  it("makes a connection that failed unavailable, with the reason and the cause", () => {
    const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const cause = new ConnectError(reset.message, Code.Aborted, undefined, undefined, reset);
    expect(PresageError.from(cause)).toMatchObject({
      code: "unavailable",
      reason: "CONNECTION_LOST",
      message: "the connection was lost: read ECONNRESET",
      cause,
    });
  });

  it("leaves the code of any other failure below a call", () => {
    const failure = Object.assign(new Error("NGHTTP2_INTERNAL_ERROR"), {
      code: "ERR_HTTP2_STREAM_ERROR",
    });
    const error = new ConnectError("", Code.Internal, undefined, undefined, failure);
    expect(PresageError.from(error)).toMatchObject({ code: "internal", reason: undefined });
  });
});

describe("isPresageError()", () => {
  it("tells a PresageError from anything else", () => {
    expect(isPresageError(new PresageError("internal", ""))).toBe(true);
    for (const other of [new Error("PresageError"), "PresageError", null, undefined]) {
      expect(isPresageError(other)).toBe(false);
    }
  });
});

describe("fromStatus()", () => {
  it("reads the code, the message and the details", () => {
    const details = [
      anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations: [violation] })),
    ];
    const error = fromStatus(create(StatusSchema, { code: 3, message: "bad", details }));
    expect(error).toMatchObject({
      code: "invalid_argument",
      message: "bad",
      violations: [violation],
    });
  });

  it("makes a code that is none unknown", () => {
    expect(fromStatus(create(StatusSchema, { code: 99 })).code).toBe("unknown");
  });
});

describe("invalidInput()", () => {
  it("lists three violations in the message and keeps them all", () => {
    const violations = ["a", "b", "c", "d"].map((field) => ({ field, description: "missing" }));
    expect(invalidInput(violations)).toMatchObject({
      code: "invalid_argument",
      reason: "INVALID_INPUT",
      message: "a: missing; b: missing; c: missing; and 1 more",
      violations,
    });
  });
});

describe("callError()", () => {
  const closed = new ConnectError("stream closed", Code.Canceled);

  it("is the signal's error once that is aborted, whatever was thrown", () => {
    const error = callError(new ConnectError("gone", Code.NotFound), AbortSignal.abort());
    expect(error.code).toBe("canceled");
  });

  it("is unavailable if a call was cancelled and its caller did not do it", () => {
    for (const signal of [undefined, new AbortController().signal]) {
      expect(callError(closed, signal)).toMatchObject({
        code: "unavailable",
        reason: "CONNECTION_LOST",
        message: "the connection was lost: stream closed",
        cause: closed,
      });
    }
  });

  it("is canceled if the server says so and why", () => {
    const details = [{ desc: ErrorInfoSchema, value: { reason: "CANCELLED" } }];
    const error = new ConnectError("stopped", Code.Canceled, undefined, details);
    expect(callError(error, undefined)).toMatchObject({ code: "canceled", reason: "CANCELLED" });
  });
});

describe("abortedError()", () => {
  it("is canceled, with the signal's reason as the cause", () => {
    const signal = AbortSignal.abort("changed my mind");
    expect(abortedError(signal)).toMatchObject({ code: "canceled", cause: "changed my mind" });
  });

  it("is deadline_exceeded if the signal timed out", () => {
    const signal = AbortSignal.abort(new DOMException("", "TimeoutError"));
    expect(abortedError(signal).code).toBe("deadline_exceeded");
  });
});
