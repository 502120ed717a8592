import http from "node:http";
import http2 from "node:http2";

/**
 * What happens when an answer ends before its request body was read to the end: an oversized
 * message, a refusal, shed load. Left alone, HTTP/1.1 clients lose the answer to a TCP reset and
 * HTTP/2 streams stay half open, holding their flow-control window.
 */

/** How much of an unread HTTP/1.1 request body is still read after its answer. */
export interface LingerLimits {
  /** Milliseconds until the connection is closed. */
  readonly ms: number;
  /** Bytes after which reading stops; the connection then waits for `ms` to pass. */
  readonly bytes: number;
}

/** One second and 4 MiB. */
export const defaultLinger: LingerLimits = { ms: 1000, bytes: 4 * 1024 * 1024 };

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
  limits: LingerLimits = defaultLinger,
): void {
  // Ahead of Node's own listener, which closes the socket at once after `connection: close`.
  response.prependListener("finish", () => {
    if (request.readableEnded || request.socket.destroyed) return;
    if (request.complete) discard(request);
    else linger(request, limits);
  });
}

function discard(request: http.IncomingMessage): void {
  request.removeAllListeners("readable");
  request.removeAllListeners("data");
  request.resume();
}

function linger(request: http.IncomingMessage, limits: LingerLimits): void {
  const socket = request.socket;
  const destroySoon = socket.destroySoon.bind(socket);
  let closeAsked = false;
  let received = 0;
  // Node asks for the end of the connection here; closing it with unread bytes would reset it.
  socket.destroySoon = () => {
    closeAsked = true;
    socket.end();
  };
  const timer = setTimeout(() => socket.destroy(), limits.ms);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));

  discard(request);
  request.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received <= limits.bytes) return;
    request.pause();
    socket.end();
  });
  request.once("end", () => {
    clearTimeout(timer);
    socket.destroySoon = destroySoon;
    if (closeAsked) destroySoon();
  });
}

/**
 * Once the answer on an HTTP/2 stream has ended, trailers included, reads off and drops what
 * arrived of an unfinished request and closes the stream with NO_ERROR, as RFC 9113, section 8.1
 * allows. A stream whose request was read to its end is left alone.
 */
export function closeAfterAnswer(stream: http2.ServerHttp2Stream): void {
  stream.once("finish", () => {
    if (stream.readableEnded || stream.destroyed) return;
    stream.removeAllListeners("data");
    stream.resume();
    setImmediate(closeOnceSent, stream, 0);
  });
}

/** Turns of the event loop to wait for the trailers before the wait becomes a slow poll. */
const eagerTries = 8;
const pollMs = 50;

function closeOnceSent(stream: http2.ServerHttp2Stream, tries: number): void {
  if (stream.destroyed || stream.closed) return;
  const { localClose, remoteClose } = stream.state;
  if (remoteClose === 1) return;
  if (localClose === 1) stream.close(http2.constants.NGHTTP2_NO_ERROR);
  else if (tries < eagerTries) setImmediate(closeOnceSent, stream, tries + 1);
  // No event tells that the trailers left, and a client that reads slowly can hold them back.
  else setTimeout(closeOnceSent, pollMs, stream, tries).unref();
}
