import { parseTimeout as parseConnectTimeout } from "@connectrpc/connect/protocol-connect";
import { parseTimeout as parseGrpcTimeout } from "@connectrpc/connect/protocol-grpc";

/** The name of a header that carries a deadline. */
export type DeadlineHeader = "grpc-timeout" | "connect-timeout-ms";

const readers: Readonly<Record<DeadlineHeader, typeof parseGrpcTimeout>> = {
  "grpc-timeout": parseGrpcTimeout,
  "connect-timeout-ms": parseConnectTimeout,
};

/**
 * Reads a deadline, in milliseconds from now; one that is longer than
 * `maxDeadlineMs` counts as that. Undefined: the header cannot be read, or
 * leaves no time at all, which is for Connect's engine to judge.
 */
export function readDeadline(
  name: DeadlineHeader,
  value: string,
  maxDeadlineMs: number,
): number | undefined {
  const { timeoutMs } = readers[name](value, maxDeadlineMs);
  if (timeoutMs === undefined || timeoutMs <= 0) return undefined;
  return Math.min(timeoutMs, maxDeadlineMs);
}

/** Shortens the deadline of a request to the longest that the server keeps. */
export function clampDeadline(headers: Headers, maxDeadlineMs: number): void {
  const grpc = headers.get("grpc-timeout");
  if (grpc !== null && isLonger("grpc-timeout", grpc, maxDeadlineMs)) {
    headers.set("grpc-timeout", `${Math.floor(maxDeadlineMs / 1000)}S`);
  }
  const connect = headers.get("connect-timeout-ms");
  if (connect !== null && isLonger("connect-timeout-ms", connect, maxDeadlineMs)) {
    headers.set("connect-timeout-ms", String(Math.floor(maxDeadlineMs)));
  }
}

function isLonger(name: DeadlineHeader, value: string, maxDeadlineMs: number): boolean {
  return (readers[name](value, maxDeadlineMs).timeoutMs ?? 0) > maxDeadlineMs;
}
