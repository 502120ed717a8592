/*
 * What a failure of Node's HTTP/2 is as an error of a call. The stock transport
 * knows the same, but keeps it to itself.
 */
import { constants } from "node:http2";
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

const resets: ReadonlyMap<number, readonly [name: string, code: Code]> = new Map([
  [constants.NGHTTP2_PROTOCOL_ERROR, ["PROTOCOL_ERROR", Code.Internal]],
  [constants.NGHTTP2_INTERNAL_ERROR, ["INTERNAL_ERROR", Code.Internal]],
  [constants.NGHTTP2_FLOW_CONTROL_ERROR, ["FLOW_CONTROL_ERROR", Code.Internal]],
  [constants.NGHTTP2_SETTINGS_TIMEOUT, ["SETTINGS_TIMEOUT", Code.Internal]],
  [constants.NGHTTP2_FRAME_SIZE_ERROR, ["FRAME_SIZE_ERROR", Code.Internal]],
  [constants.NGHTTP2_COMPRESSION_ERROR, ["COMPRESSION_ERROR", Code.Internal]],
  [constants.NGHTTP2_CONNECT_ERROR, ["CONNECT_ERROR", Code.Internal]],
  [constants.NGHTTP2_REFUSED_STREAM, ["REFUSED_STREAM", Code.Unavailable]],
  [constants.NGHTTP2_CANCEL, ["CANCEL", Code.Canceled]],
  [constants.NGHTTP2_ENHANCE_YOUR_CALM, ["ENHANCE_YOUR_CALM", Code.ResourceExhausted]],
  [constants.NGHTTP2_INADEQUATE_SECURITY, ["INADEQUATE_SECURITY", Code.PermissionDenied]],
  [constants.NGHTTP2_HTTP_1_1_REQUIRED, ["HTTP_1_1_REQUIRED", Code.PermissionDenied]],
]);

/** Makes the error of a stream that was closed before its answer was whole. */
export function fromResetCode(rstCode: number | undefined): ConnectError {
  const [name, code] = resets.get(rstCode ?? 0) ?? [];
  return name === undefined
    ? new ConnectError("http/2 stream closed before its answer was whole", Code.Internal)
    : new ConnectError(
        `http/2 stream closed with error code ${name} (0x${(rstCode ?? 0).toString(16)})`,
        code,
      );
}
