import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "@presage/gen/google/rpc/error_details_pb";
import { type ErrorCode, ServingError, type Violation } from "../core/errors.ts";

/** The domain of every reason in `google.rpc.ErrorInfo`. */
export const errorDomain = "presage";

type ErrorDetail = NonNullable<ConstructorParameters<typeof ConnectError>[3]>[number];

/** Returns the status code that stands for a kind of failure. */
export function toStatusCode(code: ErrorCode): Code {
  switch (code) {
    case "invalid":
      return Code.InvalidArgument;
    case "not_found":
      return Code.NotFound;
    case "unavailable":
      return Code.Unavailable;
    case "exhausted":
      return Code.ResourceExhausted;
    case "precondition":
      return Code.FailedPrecondition;
    case "deadline":
      return Code.DeadlineExceeded;
    case "cancelled":
      return Code.Canceled;
    case "fault":
      return Code.Internal;
  }
}

/** Translates an error of the core into what goes out, with its `google.rpc` details. */
export function toConnectError(error: ServingError): ConnectError {
  const details: ErrorDetail[] = [
    { desc: ErrorInfoSchema, value: { reason: error.reason, domain: errorDomain } },
  ];
  if (error.violations.length > 0) {
    details.push({ desc: BadRequestSchema, value: { fieldViolations: listViolations(error) } });
  }
  if (error.retryAfterMs !== undefined) {
    details.push({ desc: RetryInfoSchema, value: { retryDelay: toDuration(error.retryAfterMs) } });
  }
  return new ConnectError(error.message, toStatusCode(error.code), undefined, details, error.cause);
}

function listViolations({ violations, violationsLeftOut }: ServingError): Violation[] {
  if (violationsLeftOut === 0) return [...violations];
  const description = `${violationsLeftOut} more violations were left out`;
  return [...violations, { field: "", description }];
}

function toDuration(milliseconds: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}

/**
 * Makes the error of any failure of a call. What is neither a ServingError nor
 * an error of the protocol is a fault of the server: it is given to
 * `reportFault`, and the caller is told nothing of it but that it happened.
 */
export function fromFailure(failure: unknown, reportFault: (fault: unknown) => void): ConnectError {
  if (failure instanceof ConnectError) return failure;
  if (failure instanceof ServingError) {
    if (failure.code === "fault") reportFault(failure);
    return toConnectError(failure);
  }
  reportFault(failure);
  return toConnectError(new ServingError("INTERNAL", "the server has a fault; its log tells more"));
}
