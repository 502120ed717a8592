import http from "node:http";
import type net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { lingerAfterAnswer, PatientRequest } from "./early-answer.ts";
import type { CallTaker } from "./exchange.ts";
import type { Handler, ListenerTimeouts } from "./handler.ts";
import { refuseClient } from "./http1/client-refusal.ts";
import { createDirectHttp1 } from "./http1/direct-http1.ts";
import { maxHeadBytes } from "./http1/request-head.ts";

/** Serves connections that are given to it; it never listens itself. */
export interface Http1Server {
  /** Takes over a connection and serves its requests. */
  adopt(socket: net.Socket): void;
  /** Makes every answer that has not started yet carry `connection: close`. */
  announceEnd(): void;
  /** Closes connections without a request now, and the others after their answers. */
  closeWhenIdle(): void;
  /** Stops the timers of the server. */
  stop(): void;
}

/** The longest pause between two looks at `headersMs` and `requestMs`, in milliseconds. */
const longestCheckMs = 5000;

/** What the HTTP/1.1 side of a listener needs. */
export interface Http1ServerOptions {
  /** Answers the requests that `takeCall` does not. */
  readonly handler: Handler;
  /** Takes calls straight from their connections, past Node's HTTP/1.1; none by default. */
  readonly takeCall?: CallTaker | undefined;
  /** `headersMs` must not exceed `requestMs`. */
  readonly timeouts: ListenerTimeouts;
}

const ignoreData = (): void => {};

/**
 * Creates the HTTP/1.1 side of a listener. With `takeCall`, connections begin direct, and those
 * that bring anything but calls of the common form are left to Node's HTTP.
 */
export function createHttp1Server(options: Http1ServerOptions): Http1Server {
  const { handler, takeCall, timeouts } = options;
  /**
   * The answer to the newest request of each connection, while it is under way. A connection stays
   * in it until it closes: see `session-streams` for what taking each request out would cost.
   */
  const newest = new Map<Duplex, http.ServerResponse | undefined>();
  let ending = false;
  let closing = false;

  const server = http.createServer({
    IncomingMessage: PatientRequest,
    headersTimeout: timeouts.headersMs,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    connectionsCheckingInterval: Math.min(longestCheckMs, Math.ceil(timeouts.headersMs / 4)),
    maxHeaderSize: maxHeadBytes,
  });

  server.on("request", (request, response) => {
    const socket = request.socket;
    if (!newest.has(socket)) socket.once("close", () => newest.delete(socket));
    newest.set(socket, response);
    response.once("close", () => {
      if (newest.get(socket) === response) newest.set(socket, undefined);
      if (closing) setImmediate(() => server.closeIdleConnections());
    });
    if (ending) response.shouldKeepAlive = false;
    lingerAfterAnswer(request, response);
    // HTTP/1.0 clients, health checkers among them, may leave it out.
    request.headers.host ??= "localhost";
    handler(request, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    answerClientError(error, socket, newest.get(socket));
  });
  // The checker of head and body timeouts waits for this event of a server that never listens.
  server.emit("listening");

  const direct =
    takeCall &&
    createDirectHttp1({
      takeCall,
      timeouts,
      leave(socket) {
        server.emit("connection", socket);
        // See `acceptor`: Node's parser must not read past the stream of a TLS socket.
        if (socket instanceof tls.TLSSocket) socket.on("data", ignoreData);
      },
    });

  return {
    adopt(socket) {
      if (direct === undefined) server.emit("connection", socket);
      else direct.adopt(socket);
    },
    announceEnd() {
      ending = true;
      direct?.announceEnd();
      for (const response of newest.values()) {
        if (response?.headersSent === false) response.shouldKeepAlive = false;
      }
    },
    closeWhenIdle() {
      closing = true;
      direct?.closeWhenIdle();
      server.closeIdleConnections();
    },
    stop() {
      direct?.stop();
      server.close();
    },
  };
}

const clientErrorStatus: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers a request that Node's parser or its timeouts refused, unless an answer has begun. */
function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  response: http.ServerResponse | undefined,
): void {
  // The parser may complain again about what follows; the first answer stands.
  if (!socket.writable) return;
  if (error.code === "ECONNRESET" || response?.headersSent === true) {
    socket.destroy();
    return;
  }
  refuseClient(socket, clientErrorStatus[error.code ?? ""] ?? 400);
}
