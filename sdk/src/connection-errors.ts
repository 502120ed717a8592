/** Why there was no connection, or no longer one: the reasons of errors that are made on this side. */
export type ConnectionReason =
  | "SERVER_UNREACHABLE"
  | "CONNECTION_LOST"
  | "TLS_FAILED"
  | "PROTOCOL_MISMATCH";

/** What has happened to a connection. */
export interface ConnectionFailure {
  readonly reason: ConnectionReason;
  /** The same for people. */
  readonly message: string;
}

const reasons: ReadonlyMap<unknown, ConnectionReason> = new Map<unknown, ConnectionReason>([
  ["ECONNREFUSED", "SERVER_UNREACHABLE"],
  ["ENOTFOUND", "SERVER_UNREACHABLE"],
  ["EAI_AGAIN", "SERVER_UNREACHABLE"],
  ["ETIMEDOUT", "SERVER_UNREACHABLE"],
  ["EHOSTUNREACH", "SERVER_UNREACHABLE"],
  ["ENETUNREACH", "SERVER_UNREACHABLE"],
  ["ECONNRESET", "CONNECTION_LOST"],
  ["EPIPE", "CONNECTION_LOST"],
  ["ERR_HTTP2_SESSION_ERROR", "CONNECTION_LOST"],
  ["ERR_HTTP2_ERROR", "PROTOCOL_MISMATCH"],
]);

// The codes of OpenSSL's checks of certificates, as Node gives them, and those of its protocol.
const tlsCode = /CERT|^CRL_|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^ERR_TLS_|^ERR_SSL_|^EPROTO$/;
const untrusted = /SELF_SIGNED|^UNABLE_TO_(GET_ISSUER|VERIFY)/;

/** Tells why a connection failed, if that is what a failure was. */
export function explainConnection(cause: unknown): ConnectionFailure | undefined {
  if (!(cause instanceof Error) || !("code" in cause) || typeof cause.code !== "string")
    return undefined;
  const reason = reasonOf(cause.code, cause.message);
  return reason && { reason, message: describe(reason, cause.code, cause) };
}

/** Tells whether another attempt would fail in the same way. */
export function isLasting(reason: string | undefined): boolean {
  return reason === "TLS_FAILED" || reason === "PROTOCOL_MISMATCH";
}

/** What is said of a connection that was lost. */
export function connectionLost(told: string): string {
  return `the connection was lost: ${told}`;
}

function reasonOf(code: string, message: string): ConnectionReason | undefined {
  // Of the codes with which a server may reset a stream, this one means that it did no work.
  if (code === "ERR_HTTP2_STREAM_ERROR")
    return message.endsWith("NGHTTP2_REFUSED_STREAM") ? "CONNECTION_LOST" : undefined;
  return reasons.get(code) ?? (tlsCode.test(code) ? "TLS_FAILED" : undefined);
}

function describe(reason: ConnectionReason, code: string, cause: Error): string {
  switch (reason) {
    case "SERVER_UNREACHABLE":
      return `cannot reach the server: ${messageOf(cause)}`;
    case "CONNECTION_LOST":
      return connectionLost(messageOf(cause));
    case "TLS_FAILED":
      return untrusted.test(code)
        ? `the server's certificate is not trusted: ${cause.message} (authorities can be given as the option ca)`
        : `TLS failed: ${opensslReason(cause) ?? cause.message}`;
    case "PROTOCOL_MISMATCH":
      return `the server does not speak HTTP/2 as it should: ${cause.message} (is it the right port, and http or https?)`;
  }
}

/** Node tries all addresses of a host, and then gives one error of many, which says nothing itself. */
function messageOf(cause: Error): string {
  if (!(cause instanceof AggregateError)) return cause.message;
  return cause.errors.map((each) => (each instanceof Error ? each.message : "")).join("; ");
}

/** What OpenSSL complains of, without the place in its source. */
function opensslReason({ message }: Error): string | undefined {
  const [, told] = /:SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  return told === "wrong version number" ? `${told} (does the server speak TLS?)` : told;
}
