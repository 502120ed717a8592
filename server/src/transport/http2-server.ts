import http2 from "node:http2";
import type net from "node:net";
import tls from "node:tls";
import { closeAfterAnswer, PatientHttp2Request } from "./early-answer.ts";
import type { CallTaker } from "./exchange.ts";
import type { Handler, ListenerTimeouts } from "./handler.ts";
import { createJunction, type Junction } from "./http2/junction.ts";
import type { Http2Limits } from "./http2-limits.ts";
import { maxHeaderPairs, sessionOptions } from "./http2-limits.ts";
import { keepStreamsApart } from "./session-streams.ts";
import { checkInterval, createStreamWatch } from "./stream-watch.ts";

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
  /** Answers the calls that neither `takeCall` nor `takeStream` does. */
  readonly handler: Handler;
  /** Takes calls straight from their frames, past Node's HTTP/2; none by default. */
  readonly takeCall?: CallTaker | undefined;
  /** The faster way past the compatibility layer; none by default. */
  readonly takeStream?: StreamHandler | undefined;
  readonly timeouts: ListenerTimeouts;
  readonly limits: Http2Limits;
}

/** Serves connections that are given to it; it never listens itself. */
export interface Http2Server {
  /** Takes over a connection and serves its calls. */
  adopt(socket: net.Socket): void;
  /** Tells cleartext clients to leave, with a GOAWAY that still lets every call in. */
  announceEnd(): void;
  /** Sends the final GOAWAY; each connection ends when its open calls are answered. */
  closeWhenIdle(): void;
  /** Stops the timers of the server. */
  stop(): void;
}

/**
 * A GOAWAY frame with NO_ERROR that names the highest stream id as the last, which excludes no
 * call: the notice of RFC 9113, section 6.8.
 */
const notice = Buffer.from("0000080700000000007fffffff00000000", "hex");

const ignoreError = (): void => {};

/** Creates the HTTP/2 side of a listener. */
export function createHttp2Server(options: Http2ServerOptions): Http2Server {
  const { handler, takeCall, takeStream, limits, timeouts } = options;
  const settings = sessionOptions(limits);
  const sessions = new Map<http2.ServerHttp2Session, Connection>();
  const bounds = { requestMs: timeouts.requestMs, answerMs: timeouts.keepAliveMs };
  const watch = createStreamWatch(bounds);
  const checkMs = checkInterval(bounds);
  const patience = {
    requestChecks: Math.ceil(bounds.requestMs / checkMs),
    answerChecks: Math.ceil(bounds.answerMs / checkMs),
  };
  const checks = setInterval(() => {
    for (const { junction } of sessions.values()) junction?.check(patience);
  }, checkMs).unref();
  let stage: "serving" | "ending" | "closing" = "serving";

  function serve(...[stream, headers, , rawHeaders]: StreamEvent): void {
    stream.on("error", ignoreError);
    watch.add(stream);
    closeAfterAnswer(stream);
    if (takeStream?.(stream, headers) !== true) {
      serveCompatibly(handler, stream, headers, rawHeaders);
    }
  }

  return {
    adopt(socket) {
      // Node's HTTP/2 does not end its side itself, so a client that leaves would stay open half.
      socket.allowHalfOpen = false;
      const junction =
        takeCall && createJunction(socket, { limits, takeCall, maxHeaderFields: maxHeaderPairs });
      const connection = { socket, junction };
      const session = http2.performServerHandshake(junction?.rest ?? socket, settings);
      keepStreamsApart(session);
      sessions.set(session, connection);
      session.on("stream", serve).once("close", () => sessions.delete(session));
      // The session is destroyed by then; the error tells of the client, not of this server.
      session.on("error", ignoreError);
      session.setLocalWindowSize(limits.connectionWindowBytes);
      if (stage !== "serving") announce(session, connection);
      if (stage === "closing") close(session, connection);
    },
    announceEnd() {
      stage = "ending";
      for (const [session, connection] of sessions) announce(session, connection);
    },
    closeWhenIdle() {
      stage = "closing";
      for (const [session, connection] of sessions) close(session, connection);
    },
    stop() {
      watch.stop();
      clearInterval(checks);
    },
  };
}

type StreamEvent = [
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  flags: number,
  rawHeaders: readonly string[],
];

/** One client. */
interface Connection {
  readonly socket: net.Socket;
  /** Where its calls of the common kind leave; undefined where all go through Node's HTTP/2. */
  readonly junction: Junction | undefined;
}

/**
 * Tells a client to leave. `session.goaway()` cannot: whatever last id it is given, Node drops the
 * calls that arrive after it without a word. So the frame goes out past Node, between frames of
 * its, and once the client has confirmed the server's opening SETTINGS, which must be first. Not so
 * over TLS without a junction, where a second writer aborts the process: those clients get the
 * final GOAWAY alone, and see the calls that cross it as refused, which is safe to send again.
 */
function announce(session: http2.ServerHttp2Session, connection: Connection): void {
  if (session.closed || session.destroyed) return;
  const { socket, junction } = connection;
  if (junction === undefined && socket instanceof tls.TLSSocket) return;
  if (session.pendingSettingsAck)
    session.once("localSettings", () => announce(session, connection));
  else if (junction === undefined) socket.write(notice);
  else junction.write(notice);
}

/** Milliseconds that a client has to close its side, when all of its calls are answered. */
const leavingMs = 1000;

/**
 * Ends a session once its calls are answered. A client that then keeps its side open, as one does
 * that holds a stream which it never read to its end, is not waited for.
 */
function close(session: http2.ServerHttp2Session, { socket }: Connection): void {
  socket.once("finish", () => {
    const timer = setTimeout(() => socket.destroy(), leavingMs);
    socket.once("close", () => clearTimeout(timer));
  });
  session.close();
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
  if (headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  handler(request, response);
}
