import type http from "node:http";
import http2 from "node:http2";
import { PatientHttp2Request } from "./early-answer.ts";
import type { AnyRequest, AnyResponse } from "./handler.ts";
import type { PlainAnswer } from "./plain-protocols.ts";

/** A request and its answer, over either version of HTTP, as the plain lane needs them. */
export interface Exchange {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Headers of every answer to this request. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly version: 1 | 2;
  /** Where the body comes from: `data`, `end` and `close` are listened to. */
  readonly source: NodeJS.ReadableStream;
  /** Calls back when the caller has left, or everything is over. */
  onClose(listener: () => void): void;
  /** Writes the whole answer. */
  send(answer: PlainAnswer): void;
  /** The pair that Node's own interface would show, for the lane that needs it. */
  compatible(): { readonly request: AnyRequest; readonly response: AnyResponse };
}

/** Makes the exchange of an HTTP/2 stream. */
export function createStreamExchange(
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  answerHeaders: Readonly<Record<string, string>>,
): Exchange {
  return {
    path: headers[":path"] ?? "",
    headers,
    answerHeaders,
    version: 2,
    source: stream,
    onClose: (listener) => void stream.once("close", listener),
    send({ status, contentType, contentEncoding, body, trailers }) {
      if (stream.destroyed) return;
      const head: http2.OutgoingHttpHeaders = {
        ":status": status,
        "content-type": contentType,
        ...answerHeaders,
      };
      if (contentEncoding !== undefined) head["content-encoding"] = contentEncoding;
      if (trailers !== undefined) {
        stream.once("wantTrailers", () => stream.sendTrailers({ ...trailers }));
        stream.respond(head, { waitForTrailers: true });
      } else stream.respond({ ...head, "content-length": byteLength(body) });
      const last = body.at(-1);
      for (const piece of body.slice(0, -1)) stream.write(piece);
      if (last === undefined) stream.end();
      else stream.end(last);
    },
    compatible() {
      const request = new PatientHttp2Request(stream, headers, {}, []);
      const response = new http2.Http2ServerResponse(stream);
      for (const [name, value] of Object.entries(answerHeaders)) response.setHeader(name, value);
      return { request, response };
    },
  };
}

/** Makes the exchange of an HTTP/1.1 request. */
export function createRequestExchange(
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Exchange {
  return {
    path: request.url ?? "",
    headers: request.headers,
    answerHeaders: {},
    version: 1,
    source: request,
    onClose: (listener) => void response.once("close", listener),
    send({ status, contentType, contentEncoding, body }) {
      if (response.destroyed) return;
      if (contentEncoding !== undefined) response.setHeader("content-encoding", contentEncoding);
      response.writeHead(status, {
        "content-type": contentType,
        "content-length": byteLength(body),
      });
      const last = body.at(-1);
      for (const piece of body.slice(0, -1)) response.write(piece);
      response.end(last);
    },
    compatible: () => ({ request, response }),
  };
}

function byteLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
}
