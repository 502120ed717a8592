import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "@presage/gen/google/rpc/error_details_pb";
import type { Status } from "@presage/gen/google/rpc/status_pb";
import { connectionLost, explainConnection } from "./connection-errors.ts";

/** What kind of failure an error is: the names of the gRPC status codes, as Connect writes them. */
export type ErrorCode =
  | "canceled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated";

const errorCodes: Readonly<Record<Code, ErrorCode>> = {
  [Code.Canceled]: "canceled",
  [Code.Unknown]: "unknown",
  [Code.InvalidArgument]: "invalid_argument",
  [Code.DeadlineExceeded]: "deadline_exceeded",
  [Code.NotFound]: "not_found",
  [Code.AlreadyExists]: "already_exists",
  [Code.PermissionDenied]: "permission_denied",
  [Code.ResourceExhausted]: "resource_exhausted",
  [Code.FailedPrecondition]: "failed_precondition",
  [Code.Aborted]: "aborted",
  [Code.OutOfRange]: "out_of_range",
  [Code.Unimplemented]: "unimplemented",
  [Code.Internal]: "internal",
  [Code.Unavailable]: "unavailable",
  [Code.DataLoss]: "data_loss",
  [Code.Unauthenticated]: "unauthenticated",
};

const codesByNumber: ReadonlyMap<number, ErrorCode> = new Map(
  Object.entries(errorCodes).map(([number, code]) => [Number(number), code]),
);

/** One field of a request that does not fit. */
export interface Violation {
  /** The path of the field, e.g. `rows[0].LSTAT`. */
  readonly field: string;
  /** What was expected and what was given. */
  readonly description: string;
}

/** What a PresageError carries beside its code and message. */
export interface ErrorFacts {
  /** The stable reason, e.g. `INVALID_INPUT`. Default: none. */
  readonly reason?: string | undefined;
  /** Every field that does not fit. Default: none. */
  readonly violations?: readonly Violation[];
  /** When a retry may help, in milliseconds from now. Default: nothing is said. */
  readonly retryAfterMs?: number | undefined;
  /** What caused the error. Default: nothing. */
  readonly cause?: unknown;
}

// A registered symbol is the same in every copy of this package, which a class is not.
const brand: symbol = Symbol.for("@presage/sdk/PresageError");

/** The one error that every method of the client rejects with. */
export class PresageError extends Error {
  override readonly name = "PresageError";
  /** What kind of failure this is. */
  readonly code: ErrorCode;
  /**
   * The server's stable reason, e.g. `MODEL_NOT_FOUND`; undefined if it gave
   * none. Where no answer came, it is this client's: `SERVER_UNREACHABLE`,
   * `CONNECTION_LOST`, `TLS_FAILED` or `PROTOCOL_MISMATCH`.
   */
  readonly reason: string | undefined;
  /** Every field of the request that does not fit; empty unless the code is `invalid_argument`. */
  readonly violations: readonly Violation[];
  /** When a retry may help, in milliseconds from now; undefined if the server did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.code = code;
    this.reason = facts.reason;
    this.violations = facts.violations ?? [];
    this.retryAfterMs = facts.retryAfterMs;
    Object.defineProperty(this, brand, { value: true });
  }

  /**
   * Turns anything that was thrown into a PresageError. A PresageError, of any
   * copy of this package, is returned as it is; an AbortError is `canceled`, a
   * TimeoutError `deadline_exceeded`, and what is not known is `unknown`, with
   * the original as its cause.
   */
  static from(reason: unknown): PresageError {
    if (isPresageError(reason)) return reason;
    if (reason instanceof ConnectError) return fromConnectError(reason);
    const message = reason instanceof Error ? reason.message : String(reason);
    return new PresageError(codeOfName(reason), message, { cause: reason });
  }
}

/** Tells whether a value is a PresageError, also one of another installed copy of this package. */
export function isPresageError(value: unknown): value is PresageError {
  return typeof value === "object" && value !== null && brand in value;
}

/** Turns the status of one answer of a stream into the error that a call would have thrown. */
export function fromStatus(status: Status): PresageError {
  const error = new ConnectError(status.message);
  error.details = status.details.map((detail) => ({
    type: detail.typeUrl.slice(detail.typeUrl.lastIndexOf("/") + 1),
    value: detail.value,
  }));
  return fromDetails(error, codesByNumber.get(status.code) ?? "unknown");
}

const listedViolations = 3;

/**
 * Makes the `invalid_argument` error of a list of violations, which must not
 * be empty, in the form that the server gives it.
 */
export function invalidInput(violations: readonly Violation[]): PresageError {
  const listed = violations
    .slice(0, listedViolations)
    .map((violation) => `${violation.field}: ${violation.description}`);
  const rest = violations.length - listed.length;
  const more = rest > 0 ? `; and ${rest} more` : "";
  return new PresageError("invalid_argument", listed.join("; ") + more, {
    reason: "INVALID_INPUT",
    violations,
  });
}

/** Turns what a call threw into its error; the signal is the one that the caller may cancel it by. */
export function callError(thrown: unknown, signal: AbortSignal | undefined): PresageError {
  if (signal?.aborted === true) return abortedError(signal);
  const error = PresageError.from(thrown);
  if (error.code !== "canceled" || error.reason !== undefined) return error;
  // HTTP/2 in Node reports a connection that closes amid a call as a cancelled stream.
  const { message, cause } = error;
  return new PresageError("unavailable", connectionLost(message), {
    reason: "CONNECTION_LOST",
    cause,
  });
}

/** Makes the error of a signal that is aborted: `deadline_exceeded` if by a timeout, else `canceled`. */
export function abortedError(signal: AbortSignal): PresageError {
  const cause: unknown = signal.reason;
  return codeOfName(cause) === "deadline_exceeded"
    ? new PresageError("deadline_exceeded", "the caller's signal timed out", { cause })
    : new PresageError("canceled", "the caller cancelled the call", { cause });
}

function fromConnectError(error: ConnectError): PresageError {
  const failure = explainConnection(error.cause);
  if (failure === undefined) return fromDetails(error, errorCodes[error.code]);
  // A connection that failed is no answer: gRPC calls that unavailable.
  return new PresageError("unavailable", failure.message, { reason: failure.reason, cause: error });
}

function fromDetails(error: ConnectError, code: ErrorCode): PresageError {
  const [info] = error.findDetails(ErrorInfoSchema);
  const [retry] = error.findDetails(RetryInfoSchema);
  const violations = error
    .findDetails(BadRequestSchema)
    .flatMap((detail) => detail.fieldViolations)
    .map(({ field, description }) => ({ field, description }));
  const delay = retry?.retryDelay;
  return new PresageError(code, error.rawMessage, {
    reason: info?.reason,
    violations,
    retryAfterMs: delay === undefined ? undefined : durationMs(delay),
    cause: error,
  });
}

function codeOfName(reason: unknown): ErrorCode {
  if (!(reason instanceof Error)) return "unknown";
  if (reason.name === "AbortError") return "canceled";
  return reason.name === "TimeoutError" ? "deadline_exceeded" : "unknown";
}
