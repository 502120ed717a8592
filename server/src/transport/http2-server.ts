import http2 from "node:http2";
import type net from "node:net";
import { closeAfterAnswer, PatientHttp2Request } from "./early-answer.ts";
import type { Handler, ListenerTimeouts } from "./handler.ts";
import type { Http2Limits } from "./http2-limits.ts";
import { sessionOptions } from "./http2-limits.ts";
import { createStreamWatch } from "./stream-watch.ts";

/**
 * Looks at a call before Node's compatibility layer is built for it and says whether it answers
 * the call itself, on the bare stream. It must not throw.
 */
export type StreamHandler = (
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
) => boolean;

/** What the HTTP/2 side of a listener needs. */
export interface Http2ServerOptions {
  /** Answers the calls that `takeStream` does not. */
  readonly handler: Handler;
  /** The faster way past the compatibility layer; none by default. */
  readonly takeStream?: StreamHandler | undefined;
  readonly timeouts: ListenerTimeouts;
  readonly limits: Http2Limits;
}

/** Serves connections that are given to it; it never listens itself. */
export interface Http2Server {
  /** Takes over a connection and serves its calls. */
  adopt(socket: net.Socket): void;
  /** Sends the first GOAWAY, which tells clients to leave and still lets every call in. */
  announceEnd(): void;
  /** Sends the final GOAWAY; each connection ends when its open calls are answered. */
  closeWhenIdle(): void;
  /** Stops the timers of the server. */
  stop(): void;
}

/** The highest stream id: as "last" id of a GOAWAY it excludes no call. */
const highestStreamId = 2 ** 31 - 1;

const ignoreError = (): void => {};

/** Creates the HTTP/2 side of a listener. */
export function createHttp2Server(options: Http2ServerOptions): Http2Server {
  const { handler, takeStream, limits, timeouts } = options;
  const sessions = new Set<http2.ServerHttp2Session>();
  const watch = createStreamWatch({
    requestMs: timeouts.requestMs,
    answerMs: timeouts.keepAliveMs,
  });
  let stage: "serving" | "ending" | "closing" = "serving";

  const server = http2.createServer(sessionOptions(limits));
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setLocalWindowSize(limits.connectionWindowBytes);
    if (stage !== "serving") announce(session);
    if (stage === "closing") session.close();
  });
  server.on("stream", (stream, headers, _flags, rawHeaders) => {
    stream.on("error", ignoreError);
    watch.add(stream);
    closeAfterAnswer(stream);
    if (takeStream?.(stream, headers) !== true)
      serveCompatibly(handler, stream, headers, rawHeaders);
  });
  // The session is destroyed by then; the error tells of the client, not of this server.
  server.on("sessionError", ignoreError);

  return {
    adopt(socket) {
      // Node's HTTP/2 does not end its side itself, so a client that leaves would stay open half.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
    },
    announceEnd() {
      stage = "ending";
      for (const session of sessions) announce(session);
    },
    closeWhenIdle() {
      stage = "closing";
      for (const session of sessions) session.close();
    },
    stop() {
      watch.stop();
      server.close();
    },
  };
}

function announce(session: http2.ServerHttp2Session): void {
  if (session.closed || session.destroyed) return;
  session.goaway(http2.constants.NGHTTP2_NO_ERROR, highestStreamId);
}

function serveCompatibly(
  handler: Handler,
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  rawHeaders: readonly string[],
): void {
  const request = new PatientHttp2Request(stream, headers, {}, rawHeaders);
  const response = new http2.Http2ServerResponse(stream);
  if (headers[":method"] === "CONNECT") {
    response.writeHead(405).end();
    return;
  }
  if (headers[":authority"] === undefined) headers[":authority"] = headers.host ?? "localhost";
  if (headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  handler(request, response);
}
