/*
 * What a failure of Node's HTTP/2 is as an error of a call. The stock transport
 * knows the same, but keeps it to itself.
 */
import { type ClientHttp2Stream, constants, type Http2Session } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";

const nodeCodes: ReadonlyMap<unknown, Code> = new Map([
  ["ERR_STREAM_WRITE_AFTER_END", Code.Aborted],
  ["ERR_STREAM_DESTROYED", Code.Aborted],
  ["ERR_HTTP2_INVALID_STREAM", Code.Aborted],
  ["ECONNRESET", Code.Aborted],
  ["ETIMEDOUT", Code.Unavailable],
  ["ENOTFOUND", Code.Unavailable],
  ["EAI_AGAIN", Code.Unavailable],
  ["ECONNREFUSED", Code.Unavailable],
]);

/** Turns what Node has thrown into the error of a call; what is not known is `internal`. */
export function fromNodeError(reason: unknown): ConnectError {
  const error = ConnectError.from(reason, findCode(reason) ?? Code.Internal);
  if (error !== reason) error.cause = reason;
  return error;
}

/** Finds the code of an error, or of the nearest of its causes that has one. */
function findCode(reason: unknown): Code | undefined {
  const seen = new Set<unknown>();
  for (let error = reason; error instanceof Error && !seen.has(error); error = error.cause) {
    seen.add(error);
    const code = "code" in error ? nodeCodes.get(error.code) : undefined;
    if (code !== undefined) return code;
  }
  return undefined;
}

/**
 * Makes the error of a stream that was closed before its answer was whole. For
 * all codes but the two of a peaceful end, Node has thrown something before. A
 * connection that its server has closed closes its streams in peace as well: that
 * is told as one that was reset, which it is where the server is a little slower.
 */
export function fromClosedStream(
  { rstCode }: ClientHttp2Stream,
  session: Http2Session | undefined,
): ConnectError {
  if (rstCode === constants.NGHTTP2_CANCEL)
    return new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled);
  if (session?.destroyed === true) {
    const message = "the server closed the connection before its answer was whole";
    return fromNodeError(Object.assign(new Error(message), { code: "ECONNRESET" }));
  }
  return new ConnectError("http/2 stream closed before its answer was whole", Code.Internal);
}
