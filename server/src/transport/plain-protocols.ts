import type { IncomingHttpHeaders } from "node:http";
import {
  create,
  type DescMessage,
  fromBinary,
  fromJsonString,
  isMessage,
  type JsonReadOptions,
  type MessageShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { codeToHttpStatus, errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import type { DeadlineHeader } from "./deadline-header.ts";
import { findDuplicateKeys } from "./duplicate-keys.ts";

/** A message of any type. */
export type AnyMessage = MessageShape<DescMessage>;

/** An answer, ready to be written. */
export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The pieces of the body, in order. */
  readonly body: readonly Uint8Array[];
  /** How the body is compressed; undefined: it is not. */
  readonly contentEncoding?: string;
  /** The trailers of gRPC over HTTP/2; undefined where the body says it all. */
  readonly trailers?: Readonly<Record<string, string>>;
}

/** How the common form of one protocol is read and written. */
export interface PlainProtocol {
  /** True if the body is one message as it is, false if it is in an envelope. */
  readonly bare: boolean;
  /** The header that carries the deadline. */
  readonly deadlineHeader: DeadlineHeader;
  /**
   * Reads the request's message; undefined for any body that is not just that,
   * which is for Connect's engine to judge.
   */
  read(schema: DescMessage, body: Uint8Array): AnyMessage | undefined;
  /** Writes the answer to a call that went well. */
  write(schema: DescMessage, message: AnyMessage): PlainAnswer;
  /** Writes the answer to a call that failed. */
  fail(error: ConnectError): PlainAnswer;
}

/** The serialization of messages, in one of two ways. */
interface Format {
  read(schema: DescMessage, bytes: Uint8Array): AnyMessage | undefined;
  write(schema: DescMessage, message: AnyMessage): Uint8Array;
}

const binary: Format = {
  read(schema, bytes) {
    try {
      return fromBinary(schema, bytes);
    } catch {
      return undefined;
    }
  },
  write: toBinary,
};

const jsonReading: Partial<JsonReadOptions> = { ignoreUnknownFields: true };
const utf8 = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

const json: Format = {
  read(schema, bytes) {
    try {
      if (
        findDuplicateKeys(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).length > 0
      )
        return undefined;
      return fromJsonString(schema, utf8.decode(bytes), jsonReading);
    } catch {
      return undefined;
    }
  },
  write: (schema, message) => encoder.encode(toJsonString(schema, message)),
};

const headerBytes = 5;

function readEnvelope(
  format: Format,
  schema: DescMessage,
  body: Uint8Array,
): AnyMessage | undefined {
  if (body.byteLength < headerBytes || body[0] !== 0) return undefined;
  const length = new DataView(body.buffer, body.byteOffset, headerBytes).getUint32(1);
  return length === body.byteLength - headerBytes
    ? format.read(schema, body.subarray(headerBytes))
    : undefined;
}

const copiedBytes = 16 * 1024;

/** Puts a message into an envelope: small ones in one piece, large ones without a copy. */
function envelope(flags: number, message: Uint8Array): readonly Uint8Array[] {
  const small = message.byteLength <= copiedBytes;
  const header = Buffer.allocUnsafe(headerBytes + (small ? message.byteLength : 0));
  header[0] = flags;
  header.writeUInt32BE(message.byteLength, 1);
  if (!small) return [header, message];
  header.set(message, headerBytes);
  return [header];
}

const trailersOk = { "grpc-status": "0" } as const;

function grpc(contentType: string, format: Format): PlainProtocol {
  return {
    bare: false,
    deadlineHeader: "grpc-timeout",
    read: (schema, body) => readEnvelope(format, schema, body),
    write: (schema, message) => ({
      status: 200,
      contentType,
      body: envelope(0, format.write(schema, message)),
      trailers: trailersOk,
    }),
    fail: (error) => ({
      status: 200,
      contentType,
      body: [],
      trailers: Object.fromEntries(setTrailerStatus(new Headers(), error)),
    }),
  };
}

const webTrailerOk = envelope(trailerFlag, trailerSerialize(new Headers(trailersOk)));

function grpcWeb(contentType: string, format: Format): PlainProtocol {
  return {
    bare: false,
    deadlineHeader: "grpc-timeout",
    read: (schema, body) => readEnvelope(format, schema, body),
    write: (schema, message) => ({
      status: 200,
      contentType,
      body: [...envelope(0, format.write(schema, message)), ...webTrailerOk],
    }),
    fail: (error) => ({
      status: 200,
      contentType,
      body: envelope(trailerFlag, trailerSerialize(setTrailerStatus(new Headers(), error))),
    }),
  };
}

function connect(contentType: string, format: Format): PlainProtocol {
  return {
    bare: true,
    deadlineHeader: "connect-timeout-ms",
    read: (schema, body) => format.read(schema, body),
    write: (schema, message) => ({
      status: 200,
      contentType,
      body: [format.write(schema, message)],
    }),
    fail: (error) => ({
      status: codeToHttpStatus(error.code),
      contentType: "application/json",
      body: [errorToJsonBytes(error, undefined)],
    }),
  };
}

const protocols: Readonly<Record<string, PlainProtocol>> = {
  "application/grpc": grpc("application/grpc+proto", binary),
  "application/grpc+proto": grpc("application/grpc+proto", binary),
  "application/grpc-web": grpcWeb("application/grpc-web+proto", binary),
  "application/grpc-web+proto": grpcWeb("application/grpc-web+proto", binary),
  "application/proto": connect("application/proto", binary),
  "application/json": connect("application/json", json),
};

/** Headers with which a request is not of the common kind, unless they say what is usual. */
const unusual: readonly (readonly [header: string, usual: string | undefined])[] = [
  ["content-encoding", "identity"],
  ["grpc-encoding", "identity"],
  ["connect-protocol-version", "1"],
  ["expect", undefined],
];

/** Finds the protocol of a request of the common kind; undefined for every other. */
export function findPlainProtocol(
  headers: IncomingHttpHeaders,
  version: 1 | 2,
): PlainProtocol | undefined {
  const contentType = headers["content-type"];
  const protocol = contentType === undefined ? undefined : protocols[contentType];
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

/** Fills in what a method left out of its answer. */
export function completeMessage(schema: DescMessage, answer: object): AnyMessage {
  return isMessage(answer, schema) ? answer : create(schema, { ...answer });
}
