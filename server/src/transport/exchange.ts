import type http from "node:http";
import type { AnyResponse } from "./handler.ts";
import { byteLength, type PlainAnswer } from "./plain-protocols.ts";

/** What is known of a call before its body. */
export interface CallHead {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly version: 1 | 2;
  /** Calls back when the caller has left, or everything is over. */
  onClose(listener: () => void): void;
}

/** A request and its answer, over either version of HTTP, as the plain lane needs them. */
export interface Exchange extends CallHead {
  readonly source: BodySource;
  /** Adds headers that the answer carries besides its own. */
  addHeaders(headers: Readonly<Record<string, string>>): void;
  /** Writes the whole answer. It throws for a header value that cannot be one, and for nothing else. */
  send(answer: PlainAnswer): void;
}

/** Takes a POST request and answers it, or returns false and has done nothing to it. */
export type CallTaker = (exchange: Exchange) => boolean;

/** Where the body of a request comes from, in pieces that are not changed any more. */
export interface BodySource {
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  /** Ends what `on` began; what comes after is dropped. */
  off(event: "data", listener: (chunk: Buffer) => void): unknown;
  off(event: "end", listener: () => void): unknown;
}

/** Makes the exchange of an HTTP/1.1 request. */
export function createRequestExchange(
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Exchange {
  return new RequestExchange(request, response);
}

class RequestExchange implements Exchange {
  readonly version = 1;
  readonly source: http.IncomingMessage;
  readonly #response: http.ServerResponse;

  constructor(request: http.IncomingMessage, response: http.ServerResponse) {
    this.source = request;
    this.#response = response;
  }

  get path(): string {
    return this.source.url ?? "";
  }

  get headers(): http.IncomingHttpHeaders {
    return this.source.headers;
  }

  onClose(listener: () => void): void {
    this.#response.on("close", listener);
  }

  addHeaders(headers: Readonly<Record<string, string>>): void {
    setHeaders(this.#response, headers);
  }

  send({ status, contentType, headers, contentEncoding, body }: PlainAnswer): void {
    const response = this.#response;
    if (response.destroyed) return;
    const head: http.OutgoingHttpHeaders = {
      ...headers,
      "content-type": contentType,
      "content-length": byteLength(body),
    };
    if (contentEncoding !== undefined) head["content-encoding"] = contentEncoding;
    response.writeHead(status, head);
    const [only, second] = body;
    // As Latin-1, in which every byte is a character, Node sends it in one piece with the headers.
    if (only !== undefined && second === undefined && only.byteLength <= joinedBytes)
      response.end(bufferOf(only).toString("latin1"), "latin1");
    else endWith(response, body);
  }
}

/** Bodies up to this size are sent in one piece with their headers. */
const joinedBytes = 4096;

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function setHeaders(response: AnyResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Writes the pieces of a body, and ends with the last. */
function endWith(target: NodeJS.WritableStream, body: readonly Uint8Array[]): void {
  const last = body.length - 1;
  for (let index = 0; index < last; index += 1) target.write(body[index] ?? "");
  const final = body[last];
  if (final === undefined) target.end();
  else target.end(final);
}
