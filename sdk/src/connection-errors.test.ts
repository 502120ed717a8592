import { describe, expect, it } from "vitest";
import { explainConnection, isLasting } from "./connection-errors.ts";

function failed(code: unknown, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const advice = "(authorities can be given as the option ca)";
const failures: [code: string, message: string, reason: string, told: string][] = [
  ["ECONNREFUSED", "refused", "SERVER_UNREACHABLE", "cannot reach the server: refused"],
  ["ENOTFOUND", "no host", "SERVER_UNREACHABLE", "cannot reach the server: no host"],
  ["ECONNRESET", "reset", "CONNECTION_LOST", "the connection was lost: reset"],
  ["ERR_HTTP2_SESSION_ERROR", "closed", "CONNECTION_LOST", "the connection was lost: closed"],
  [
    "ERR_HTTP2_STREAM_ERROR",
    "Stream closed with error code NGHTTP2_REFUSED_STREAM",
    "CONNECTION_LOST",
    "the connection was lost: Stream closed with error code NGHTTP2_REFUSED_STREAM",
  ],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "self-signed",
    "TLS_FAILED",
    `the server's certificate is not trusted: self-signed ${advice}`,
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "unable",
    "TLS_FAILED",
    `the server's certificate is not trusted: unable ${advice}`,
  ],
  ["CERT_HAS_EXPIRED", "expired", "TLS_FAILED", "TLS failed: expired"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "other host", "TLS_FAILED", "TLS failed: other host"],
  [
    "EPROTO",
    "write EPROTO 40:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../any.c:77:",
    "TLS_FAILED",
    "TLS failed: wrong version number (does the server speak TLS?)",
  ],
  [
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "40:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../any.c:9:",
    "TLS_FAILED",
    "TLS failed: ssl/tls alert handshake failure",
  ],
  [
    "ERR_HTTP2_ERROR",
    "Protocol error",
    "PROTOCOL_MISMATCH",
    "the server does not speak HTTP/2 as it should: Protocol error (is it the right port, and http or https?)",
  ],
];

describe("explainConnection()", () => {
  it.each(failures)("explains %s, %s", (code, message, reason, told) => {
    expect(explainConnection(failed(code, message))).toEqual({ reason, message: told });
  });

  it("tells of every address that was tried", () => {
    const errors = [failed("ECONNREFUSED", "::1 refused"), failed("ECONNREFUSED", "127.0.0.1 too")];
    const cause = Object.assign(new AggregateError(errors), { code: "ECONNREFUSED" });
    expect(explainConnection(cause)?.message).toBe(
      "cannot reach the server: ::1 refused; 127.0.0.1 too",
    );
  });

  it.each([
    ["a reset that tells of the call", failed("ERR_HTTP2_STREAM_ERROR", "NGHTTP2_INTERNAL_ERROR")],
    ["any other code", failed("ENOENT", "no file")],
    ["a code that is no text", failed(5, "five")],
    ["an error without a code", new Error("no")],
    ["what is no error", { code: "ECONNREFUSED" }],
    ["nothing", undefined],
  ])("knows nothing of %s", (_what, cause) => {
    expect(explainConnection(cause)).toBeUndefined();
  });
});

describe("isLasting()", () => {
  it.each([
    ["TLS_FAILED", true],
    ["PROTOCOL_MISMATCH", true],
    ["SERVER_UNREACHABLE", false],
    ["CONNECTION_LOST", false],
    [undefined, false],
  ])("is right about %s", (reason, lasting) => {
    expect(isLasting(reason)).toBe(lasting);
  });
});
