import type { IncomingHttpHeaders } from "node:http";
import type { ConnectError } from "@connectrpc/connect";
import { mergeNonProtocolHeaders } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  errorToJsonBytes,
  trailerMux,
} from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import type { CallProtocol } from "../core/call-record.ts";
import type { DeadlineHeader } from "./deadline-header.ts";
import { headerBytes, lengthOf } from "./envelope-reader.ts";
import type { AddedMetadata } from "./plain-context.ts";

/** An answer, ready to be written. */
export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The pieces of the body, in order. */
  readonly body: readonly Uint8Array[];
  /** Headers that the method has added; undefined: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How the body is compressed; undefined: it is not. */
  readonly contentEncoding?: string;
  /** The trailers of gRPC over HTTP/2; undefined where the body says it all. */
  readonly trailers?: Readonly<Record<string, string>> | undefined;
}

/** How the common form of one protocol is read and written. */
export interface PlainProtocol {
  readonly name: CallProtocol;
  /** How its messages are written. */
  readonly format: "binary" | "json";
  /** The bytes in front of a message: those of an envelope's header, or none. */
  readonly lead: number;
  /** The header that carries the deadline. */
  readonly deadlineHeader: DeadlineHeader;
  /**
   * Takes the message out of a body; undefined for any that is not just that,
   * which is for Connect's engine to judge.
   */
  open(body: Uint8Array): Uint8Array | undefined;
  /** Makes the answer of a call that went well, whose message was written behind free bytes for the lead. */
  succeed(message: readonly Uint8Array[], added: AddedMetadata): PlainAnswer;
  /** Makes the answer of a call that failed. */
  fail(error: ConnectError, added: AddedMetadata): PlainAnswer;
}

function openEnvelope(body: Uint8Array): Uint8Array | undefined {
  if (body.byteLength < headerBytes || body[0] !== 0) return undefined;
  return lengthOf(body) === body.byteLength - headerBytes ? body.subarray(headerBytes) : undefined;
}

/** Fills in the lead of a message's first piece: what makes an envelope of it. */
function seal(flags: number, message: readonly Uint8Array[]): readonly Uint8Array[] {
  const [first] = message;
  if (first === undefined) return message;
  const length = byteLength(message) - headerBytes;
  first[0] = flags;
  first[1] = length >>> 24;
  first[2] = length >>> 16;
  first[3] = length >>> 8;
  first[4] = length;
  return message;
}

/** Counts the bytes of all pieces. */
export function byteLength(pieces: readonly Uint8Array[]): number {
  let length = 0;
  for (const piece of pieces) length += piece.byteLength;
  return length;
}

/** Frozen, so that whoever encodes it may keep what it has encoded. */
const trailersOk = Object.freeze({ "grpc-status": "0" } as const);

/** Puts headers and trailers into the form that Node takes. */
function plainHeaders(
  headers: Headers | undefined,
  plain?: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  return headers === undefined ? plain : { ...Object.fromEntries(headers), ...plain };
}

function grpc(contentType: string): PlainProtocol {
  return {
    name: "grpc",
    format: "binary",
    lead: headerBytes,
    deadlineHeader: "grpc-timeout",
    open: openEnvelope,
    succeed: (message, { header, trailer, plain }) => ({
      status: 200,
      contentType,
      headers: plainHeaders(header, plain),
      body: seal(0, message),
      trailers:
        trailer === undefined ? trailersOk : plainHeaders(setTrailerStatus(trailer, undefined)),
    }),
    fail: (error, { header, trailer = new Headers() }) => ({
      status: 200,
      contentType,
      headers: plainHeaders(header),
      body: [],
      trailers: plainHeaders(setTrailerStatus(trailer, error)),
    }),
  };
}

const webTrailer = (trailer: Headers): readonly Uint8Array[] =>
  seal(trailerFlag, [Buffer.concat([Buffer.alloc(headerBytes), trailerSerialize(trailer)])]);

const webTrailerOk = webTrailer(new Headers(trailersOk));

function grpcWeb(contentType: string): PlainProtocol {
  const trailerFrame = (trailer: Headers, error: ConnectError | undefined): readonly Uint8Array[] =>
    webTrailer(setTrailerStatus(trailer, error));
  return {
    name: "grpc_web",
    format: "binary",
    lead: headerBytes,
    deadlineHeader: "grpc-timeout",
    open: openEnvelope,
    succeed: (message, { header, trailer, plain }) => ({
      status: 200,
      contentType,
      headers: plainHeaders(header, plain),
      body: [
        ...seal(0, message),
        ...(trailer === undefined ? webTrailerOk : trailerFrame(trailer, undefined)),
      ],
    }),
    fail: (error, { header, trailer = new Headers() }) => ({
      status: 200,
      contentType,
      headers: plainHeaders(header),
      body: trailerFrame(trailer, error),
    }),
  };
}

function connect(contentType: string, format: "binary" | "json"): PlainProtocol {
  const muxed = ({ header, trailer }: AddedMetadata): Headers | undefined =>
    trailer === undefined ? header : trailerMux(header ?? new Headers(), trailer);
  return {
    name: "connectrpc",
    format,
    lead: 0,
    deadlineHeader: "connect-timeout-ms",
    open: (body) => body,
    succeed: (message, added) => ({
      status: 200,
      contentType,
      headers: plainHeaders(muxed(added), added.plain),
      body: message,
    }),
    fail(error, { header = new Headers(), trailer }) {
      mergeNonProtocolHeaders(header, error.metadata);
      return {
        status: codeToHttpStatus(error.code),
        contentType: "application/json",
        headers: plainHeaders(muxed({ header, trailer })),
        body: [errorToJsonBytes(error, undefined)],
      };
    },
  };
}

/** The protocols of the common kind of call, by the content type that names each; no object, whose own names a client could ask for. */
export type PlainProtocols = ReadonlyMap<string, PlainProtocol>;

/** gRPC over HTTP/2 alone. */
export const grpcProtocols: PlainProtocols = new Map([
  ["application/grpc", grpc("application/grpc+proto")],
  ["application/grpc+proto", grpc("application/grpc+proto")],
]);

/** Every protocol. */
export const plainProtocols: PlainProtocols = new Map([
  ...grpcProtocols,
  ["application/grpc-web", grpcWeb("application/grpc-web+proto")],
  ["application/grpc-web+proto", grpcWeb("application/grpc-web+proto")],
  ["application/proto", connect("application/proto", "binary")],
  ["application/json", connect("application/json", "json")],
]);

/** Headers with which a request is not of the common kind, unless they say what is usual. */
const unusual: readonly (readonly [header: string, usual: string | undefined])[] = [
  ["content-encoding", "identity"],
  ["grpc-encoding", "identity"],
  ["connect-protocol-version", "1"],
  ["expect", undefined],
];

/** Finds the protocol of a request of the common kind; undefined for every other. */
export function findPlainProtocol(
  protocols: PlainProtocols,
  headers: IncomingHttpHeaders,
  version: 1 | 2,
): PlainProtocol | undefined {
  const contentType = headers["content-type"];
  const protocol = contentType === undefined ? undefined : protocols.get(contentType);
  if (protocol === undefined) return undefined;
  for (const [header, usual] of unusual) {
    const value = headers[header];
    if (value !== undefined && value !== usual) return undefined;
  }
  // gRPC needs the trailers of HTTP/2; over HTTP/1.1 Connect's engine knows what to say.
  return version === 1 &&
    contentType?.startsWith("application/grpc") === true &&
    !contentType.startsWith("application/grpc-web")
    ? undefined
    : protocol;
}
