import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import { Readable } from "node:stream";
import type { ConnectError } from "@connectrpc/connect";
import type { UniversalClientResponse } from "@connectrpc/connect/protocol";
import { headBytes } from "./envelopes.ts";
import { fromClosedStream, fromNodeError } from "./http2-errors.ts";

/** The parts of an answer of the common kind. */
export interface UsualAnswer {
  readonly header: IncomingHttpHeaders;
  /** The bytes of the message, out of its envelope, in memory of their own. */
  readonly message: Uint8Array;
  readonly trailer: IncomingHttpHeaders;
}

/** Who is told of an answer. One of the three is called; never two. */
export interface AnswerReader {
  /** The largest message that is read, in bytes. */
  readonly limit: number;
  /** The answer is of the common kind, and whole. */
  usual(answer: UsualAnswer): void;
  /** The answer is of another kind; its body is still on its way. */
  odd(answer: UniversalClientResponse): void;
  /** There is no answer, or only a part of one. */
  failed(reason: ConnectError): void;
  /** Bytes have come. */
  alive(): void;
}

/**
 * Reads the answer to a gRPC call of one request. It judges nothing: an answer
 * that is not just one plain message with the status OK is handed on as it
 * comes.
 */
export function readAnswer(stream: ClientHttp2Stream, reader: AnswerReader): void {
  let header: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
  let trailer: IncomingHttpHeaders | undefined;
  let rest: { readonly body: Readable; readonly trailer: Headers } | undefined;
  let ended = false;
  const chunks: Buffer[] = [];
  let size = 0;
  let expected = headBytes;

  const handOn = (): void => {
    rest = { body: new Readable({ read() {} }), trailer: toWebHeaders(trailer ?? {}) };
    // Its reader may have left before it fails.
    rest.body.on("error", () => undefined);
    for (const chunk of chunks) rest.body.push(chunk);
    reader.odd({ status: header?.[":status"] ?? 0, header: toWebHeaders(header ?? {}), ...rest });
  };
  const fail = (explain: () => ConnectError): void => {
    if (ended) return;
    ended = true;
    const reason = explain();
    rest?.body.destroy(reason);
    reader.failed(reason);
  };

  stream.on("response", (received) => {
    header = received;
    if (!isUsualHeader(received)) handOn();
  });
  stream.on("data", (chunk: Buffer) => {
    reader.alive();
    if (rest !== undefined) {
      rest.body.push(chunk);
      return;
    }
    if (size === 0) expected = readExpected(chunk, reader.limit);
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > expected) handOn();
  });
  stream.on("trailers", (received) => {
    trailer = received;
    if (rest !== undefined) toWebHeaders(received, rest.trailer);
  });
  stream.on("end", () => {
    // A stream that was cut off ends too, before it says how: see "error" and "close".
    const cut = trailer === undefined && stream.destroyed;
    if (ended || header === undefined || cut) return;
    ended = true;
    if (rest === undefined && trailer !== undefined && isUsualTrailer(trailer) && size === expected)
      reader.usual({ header, message: takeMessage(chunks, size), trailer });
    else {
      if (rest === undefined) handOn();
      rest?.body.push(null);
    }
  });
  stream.on("error", (reason) => fail(() => fromNodeError(reason)));
  // Kept from the beginning: a stream that has closed knows its session no more.
  const { session } = stream;
  stream.on("close", () => fail(() => fromClosedStream(stream, session)));
}

// Whether a message is compressed at all is for its own flag to say.
const encodings: readonly unknown[] = [undefined, "identity", "gzip", "br"];
const contentTypes: readonly unknown[] = ["application/grpc+proto", "application/grpc"];

/** Tells whether an answer with such headers may be of the common kind. */
export function isUsualHeader(header: IncomingHttpHeaders & IncomingHttpStatusHeader): boolean {
  return (
    header[":status"] === 200 &&
    contentTypes.includes(header["content-type"]) &&
    encodings.includes(header["grpc-encoding"]) &&
    header["grpc-status"] === undefined &&
    header["grpc-status-details-bin"] === undefined
  );
}

/** Tells whether an answer ends with the status OK. */
export function isUsualTrailer(trailer: IncomingHttpHeaders): boolean {
  return trailer["grpc-status"] === "0" && trailer["grpc-status-details-bin"] === undefined;
}

/** The bytes of a body that starts with the chunk, if it is of the common kind; else 0. */
function readExpected(chunk: Buffer, limit: number): number {
  if (chunk.byteLength < headBytes || chunk[0] !== 0) return 0;
  const length = chunk.readUInt32BE(1);
  return length > limit ? 0 : headBytes + length;
}

// A view would keep the connection's whole read buffer alive for as long as the answer is.
function takeMessage(chunks: readonly Buffer[], size: number): Uint8Array {
  const message = new Uint8Array(size - headBytes);
  let offset = -headBytes;
  for (const chunk of chunks) {
    message.set(offset < 0 ? chunk.subarray(-offset) : chunk, Math.max(offset, 0));
    offset += chunk.byteLength;
  }
  return message;
}

/** Writes Node's headers into those of the web. */
export function toWebHeaders(
  headers: IncomingHttpHeaders,
  target: Headers = new Headers(),
): Headers {
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) target.append(name, each);
  }
  return target;
}
