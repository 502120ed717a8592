import type { ErrorCode } from "../core/errors.ts";

/** The names of gRPC's status codes, as OpenTelemetry's conventions have them. */
export type StatusName =
  | "OK"
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS";

/** The status that stands for a kind of failure; `OK` where there is none. */
export function statusName(code: ErrorCode | undefined): StatusName {
  switch (code) {
    case undefined:
      return "OK";
    case "invalid":
      return "INVALID_ARGUMENT";
    case "not_found":
      return "NOT_FOUND";
    case "unavailable":
      return "UNAVAILABLE";
    case "exhausted":
      return "RESOURCE_EXHAUSTED";
    case "precondition":
      return "FAILED_PRECONDITION";
    case "deadline":
      return "DEADLINE_EXCEEDED";
    case "cancelled":
      return "CANCELLED";
    case "fault":
      return "INTERNAL";
  }
}

const faults: ReadonlySet<string> = new Set<StatusName>([
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/**
 * Whether a status marks a server's span as failed, by OpenTelemetry's semantic
 * conventions for gRPC: of what remains, the caller is the cause.
 */
export function isServerFault(status: string): boolean {
  return faults.has(status);
}
