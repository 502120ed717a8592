import http from "node:http";
import type net from "node:net";
import type { Duplex } from "node:stream";
import { lingerAfterAnswer, PatientRequest } from "./early-answer.ts";
import type { CallTaker } from "./exchange.ts";
import type { Handler, ListenerTimeouts } from "./handler.ts";

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

/** The largest request head, in bytes; Connect's GET requests carry their message in it. */
export const maxHeadBytes: number = 32 * 1024;

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

/** Creates the HTTP/1.1 side of a listener. */
export function createHttp1Server({ handler, timeouts }: Http1ServerOptions): Http1Server {
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

  return {
    adopt(socket) {
      server.emit("connection", socket);
    },
    announceEnd() {
      ending = true;
      for (const response of newest.values()) {
        if (response?.headersSent === false) response.shouldKeepAlive = false;
      }
    },
    closeWhenIdle() {
      closing = true;
      server.closeIdleConnections();
    },
    stop() {
      server.close();
    },
  };
}

const clientErrorStatus: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Milliseconds that a client has to read why its request was refused. */
const refusalMs = 1000;

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
  const status = clientErrorStatus[error.code ?? ""] ?? 400;
  const reason = http.STATUS_CODES[status] ?? "";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  const timer = setTimeout(() => socket.destroy(), refusalMs);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}
