import { readFileSync } from "node:fs";
import { Code } from "@connectrpc/connect";
import { codeToHttpStatus } from "@connectrpc/connect/protocol-connect";
import { describe, expect, it } from "vitest";
import { toStatusCode } from "../services/errors.ts";
import {
  abortError,
  deadlineError,
  type ErrorCode,
  type ErrorReason,
  errorCatalogue,
  invalidInput,
  ServingError,
  type Violation,
} from "./errors.ts";

const reasons = Object.keys(errorCatalogue) as ErrorReason[];

/** The names of the codes in gRPC's own specification. */
const grpcNames: Readonly<Record<ErrorCode, string>> = {
  invalid: "INVALID_ARGUMENT",
  not_found: "NOT_FOUND",
  unavailable: "UNAVAILABLE",
  exhausted: "RESOURCE_EXHAUSTED",
  precondition: "FAILED_PRECONDITION",
  deadline: "DEADLINE_EXCEEDED",
  cancelled: "CANCELLED",
  fault: "INTERNAL",
};

describe("errorCatalogue", () => {
  it("is the table of the documentation, row by row", () => {
    const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
    const table = page.split("\n").filter((line) => line.startsWith("|"));
    const rows = reasons.map((reason) => {
      const { code, meaning } = errorCatalogue[reason];
      const status = codeToHttpStatus(toStatusCode(code));
      return `| \`${reason}\` | ${grpcNames[code]} | ${status} | ${meaning} |`;
    });
    const head = ["| reason | gRPC code | Connect HTTP status | meaning |", "|---|---|---|---|"];
    expect(table).toEqual([...head, ...rows]);
  });

  it("names reasons as google.rpc.ErrorInfo asks for, and explains each in whole sentences", () => {
    const texts = reasons.map((reason) => `${reason}: ${errorCatalogue[reason].meaning}`);
    expect(texts.filter((text) => !/^[A-Z][A-Z_]{0,61}[A-Z]: [A-Z].*\.$/.test(text))).toEqual([]);
  });

  it("calls its codes as Connect does, but for one letter", () => {
    const names = (Object.keys(grpcNames) as ErrorCode[]).map((code) =>
      (Code[toStatusCode(code)] ?? "").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase(),
    );
    expect(names.map((name) => name.replace("CANCELED", "CANCELLED"))).toEqual(
      Object.values(grpcNames),
    );
  });
});

describe("ServingError", () => {
  it("has the code of its reason, and no facts but those given", () => {
    const error = new ServingError("MODEL_NOT_FOUND", 'there is no model "x"');
    expect(error).toMatchObject({
      name: "ServingError",
      reason: "MODEL_NOT_FOUND",
      code: "not_found",
      message: 'there is no model "x"',
      violations: [],
      violationsLeftOut: 0,
      retryAfterMs: undefined,
      cause: undefined,
    });
  });

  it("keeps its cause", () => {
    const cause = new Error("the disk");
    const error = new ServingError("INTERNAL", "a fault", { cause, retryAfterMs: 5 });
    expect([error.cause, error.retryAfterMs]).toEqual([cause, 5]);
  });
});

describe("invalidInput()", () => {
  const violation = (field: string): Violation => ({ field, description: "missing" });
  const cases: [string[], number, string][] = [
    [["a"], 0, "a: missing"],
    [["a", "b", "c"], 0, "a: missing; b: missing; c: missing"],
    [["a", "b", "c", "d", "e"], 0, "a: missing; b: missing; c: missing; and 2 more"],
    [["a", "b", "c", "d"], 5, "a: missing; b: missing; c: missing; and 6 more"],
  ];
  it.each(cases)("of %j and %i left out says so", (fields, leftOut, message) => {
    const error = invalidInput(fields.map(violation), leftOut);
    expect(error.reason).toBe("INVALID_INPUT");
    expect(error.message).toBe(message);
    expect(error.violations).toEqual(fields.map(violation));
    expect(error.violationsLeftOut).toBe(leftOut);
  });
});

describe("abortError()", () => {
  const own = new ServingError("SHUTTING_DOWN", "the server is stopping");
  const cases: [string, unknown, ErrorReason, string][] = [
    ["no reason", undefined, "CANCELLED", "the call was cancelled"],
    ["a reason that is no error", "bye", "CANCELLED", "the call was cancelled"],
    [
      "a timeout",
      new DOMException("too late", "TimeoutError"),
      "DEADLINE_EXCEEDED",
      "the deadline passed before the answer was ready",
    ],
    ["an error of our own", own, "SHUTTING_DOWN", "the server is stopping"],
  ];
  it.each(cases)("of a signal aborted with %s", (_, cause, reason, message) => {
    const error = abortError(AbortSignal.abort(cause));
    expect([error.reason, error.message]).toEqual([reason, message]);
  });
});

describe("deadlineError()", () => {
  it("is DEADLINE_EXCEEDED", () => {
    expect(deadlineError().code).toBe("deadline");
  });
});
