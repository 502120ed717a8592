import http from "node:http";
import http2 from "node:http2";

/**
 * What happens when an answer ends before its request body was read to the end: an oversized
 * message, a refusal, shed load. Left alone, HTTP/1.1 clients lose the answer to a TCP reset and
 * HTTP/2 streams stay half open, holding their flow-control window.
 */

/** How much of an unread request body is still read, and dropped, after its answer. */
export interface LingerLimits {
  /** Milliseconds until the client is stopped. */
  readonly ms: number;
  /** Bytes after which no more is read. */
  readonly bytes: number;
}

/** One second and 4 MiB; then the connection is closed. */
export const http1Linger: LingerLimits = { ms: 1000, bytes: 4 * 1024 * 1024 };

/**
 * One second and 64 MiB; then the stream is closed, the connection stays. More than over HTTP/1.1
 * because Node's HTTP/2 client (24.21) never takes the bytes that a closed stream had queued off
 * its `maxSessionMemory`, 10 MB by default: a few closed uploads, and it refuses every later call.
 */
export const http2Linger: LingerLimits = { ms: 1000, bytes: 64 * 1024 * 1024 };

/** An HTTP/1.1 request that survives a reader who leaves its iteration early. */
export class PatientRequest extends http.IncomingMessage {
  override [Symbol.asyncIterator](): ReturnType<http.IncomingMessage["iterator"]> {
    // By default leaving the loop destroys the request, and with it the connection of the answer.
    return this.iterator({ destroyOnReturn: false });
  }
}

/** An HTTP/2 request that survives a reader who leaves its iteration early. */
export class PatientHttp2Request extends http2.Http2ServerRequest {
  override [Symbol.asyncIterator](): ReturnType<http2.Http2ServerRequest["iterator"]> {
    return this.iterator({ destroyOnReturn: false });
  }
}

/**
 * Once the answer of an HTTP/1.1 request has ended, reads on for a while if the body has not.
 * When the body ends within the limits the connection lives on as usual; otherwise it is closed
 * after the client had time to take the answer.
 */
export function lingerAfterAnswer(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  limits: LingerLimits = http1Linger,
): void {
  announceClose(request, response, limits.bytes);
  // Ahead of Node's own listener, which closes the socket at once after `connection: close`.
  response.prependListener("finish", () => {
    if (request.readableEnded || request.socket.destroyed) return;
    discard(request);
    if (!request.complete) linger(request, limits);
  });
}

/**
 * Says `connection: close` when a declared body is too long to be read after an early answer, or
 * the client would send its next call on a connection that is about to be closed.
 */
function announceClose(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  lingerBytes: number,
): void {
  const mustArrive = Number(request.headers["content-length"] ?? 0) - lingerBytes;
  if (!(mustArrive > 0)) return;
  const before = request.socket.bytesRead;
  const writeHead = response.writeHead.bind(response);
  Object.assign(response, {
    writeHead: (...head: Parameters<typeof writeHead>) => {
      if (request.socket.bytesRead - before < mustArrive) response.shouldKeepAlive = false;
      return writeHead(...head);
    },
  });
}

/** Drops what arrives from now on, whatever reader there was. */
function discard(request: http.IncomingMessage | http2.ServerHttp2Stream): void {
  request.removeAllListeners("readable");
  request.removeAllListeners("data");
  request.resume();
}

function linger(request: http.IncomingMessage, limits: LingerLimits): void {
  const socket = request.socket;
  let closeAsked = false;
  // Node asks for the end of the connection here; closing it with unread bytes would reset it.
  socket.destroySoon = () => {
    closeAsked = true;
    socket.end();
  };
  const timer = setTimeout(() => socket.destroy(), limits.ms);
  timer.unref();
  onceOver(request, limits.bytes, () => {
    request.pause();
    socket.end();
  });
  request.once("end", () => {
    clearTimeout(timer);
    // The socket lives on for more requests: what was put on it goes again.
    Reflect.deleteProperty(socket, "destroySoon");
    if (closeAsked) socket.destroySoon();
  });
}

/**
 * Once the answer on an HTTP/2 stream has ended, reads on for a while (`http2Linger`) if the
 * request has not, and then closes the stream with NO_ERROR, as RFC 9113, section 8.1 allows.
 */
export function closeAfterAnswer(stream: http2.ServerHttp2Stream): void {
  // One function for all streams: every call passes here, and closures of its own cost it.
  stream.on("finish", lingerOnStream);
}

function lingerOnStream(this: http2.ServerHttp2Stream): void {
  if (this.readableEnded || this.destroyed) return;
  discard(this);
  const timer = setTimeout(closeOnceSent, http2Linger.ms, this);
  timer.unref();
  onceOver(this, http2Linger.bytes, () => closeOnceSent(this));
  this.once("end", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
}

const pollMs = 50;

/** Closes a stream as soon as its trailers have left; no event tells of that. */
function closeOnceSent(stream: http2.ServerHttp2Stream): void {
  if (stream.destroyed || stream.closed) return;
  if (stream.state.localClose === 1) stream.close(http2.constants.NGHTTP2_NO_ERROR);
  else setTimeout(closeOnceSent, pollMs, stream).unref();
}

/** Calls back once, when more than `bytes` have come. */
function onceOver(
  request: http.IncomingMessage | http2.ServerHttp2Stream,
  bytes: number,
  over: () => void,
): void {
  let received = 0;
  const count = (chunk: Buffer): void => {
    received += chunk.length;
    if (received <= bytes) return;
    request.off("data", count);
    over();
  };
  request.on("data", count);
}
