import type http from "node:http";
import type http2 from "node:http2";

/** A request of either protocol, as Node's compatibility layer shows it. */
export type AnyRequest = http.IncomingMessage | http2.Http2ServerRequest;

/** The answer to an `AnyRequest`. */
export type AnyResponse = http.ServerResponse | http2.Http2ServerResponse;

/** Answers one request. */
export type Handler = (request: AnyRequest, response: AnyResponse) => void;

/** How long clients may take, in milliseconds. */
export interface ListenerTimeouts {
  /** To show the protocol after connecting, and again for a TLS handshake. */
  readonly handshakeMs: number;
  /** To send the head of an HTTP/1.1 request; at most `requestMs`. */
  readonly headersMs: number;
  /** To send a whole request. */
  readonly requestMs: number;
  /** Between two requests of an HTTP/1.1 connection. */
  readonly keepAliveMs: number;
}

/**
 * Defaults that outlast common proxies: their idle limit is often 60 s, and a server that closes
 * first loses the calls that are just being sent.
 */
export const defaultTimeouts: ListenerTimeouts = {
  handshakeMs: 10_000,
  headersMs: 30_000,
  requestMs: 300_000,
  keepAliveMs: 75_000,
};

/**
 * Wraps a handler so that a mistake in it costs one answer and not the process: what it throws is
 * given to `failed`, and the client gets a bare 500.
 */
export function guardHandler(handler: Handler, failed: (error: unknown) => void): Handler {
  return (request, response) => {
    try {
      handler(request, response);
    } catch (error) {
      failed(error);
      answerFailure(response);
    }
  };
}

function answerFailure(response: AnyResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.statusCode = 500;
  response.end();
}
