import type { ClientHttp2Stream } from "node:http2";
import { constants, type OutgoingHttpHeaders } from "node:http2";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport, type UnaryResponse } from "@connectrpc/connect";
import {
  compressionBrotli,
  compressionGzip,
  createGrpcTransport,
  Http2SessionManager,
} from "@connectrpc/connect-node";
import {
  createDeadlineSignal,
  createMethodSerializationLookup,
  createMethodUrl,
  encodeEnvelope,
  getAbortSignalReason,
  type UniversalClientResponse,
  validateReadWriteMaxBytes,
} from "@connectrpc/connect/protocol";
import { createTransport, requestHeaderWithCompression } from "@connectrpc/connect/protocol-grpc";
import { readAnswer, toWebHeaders, type UsualAnswer } from "./grpc-answer.ts";
import { fromNodeError } from "./http2-errors.ts";

/** The options of a gRPC transport. */
export interface GrpcTransportOptions {
  /** Where the server is. */
  readonly baseUrl: string;
  /**
   * The largest message that is read, in bytes.
   * @default 4 GiB less 1
   */
  readonly readMaxBytes?: number | undefined;
}

type Unary<I extends DescMessage, O extends DescMessage> = readonly [
  method: DescMethodUnary<I, O>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  header: HeadersInit | undefined,
  input: MessageInitShape<I>,
];

/**
 * Makes a transport for gRPC in its binary format, with a short way for calls
 * of one request and one answer: straight to a stream of HTTP/2. What the
 * answer means is judged here only where it is a plain message with the status
 * OK; every other answer goes through Connect's own engine, as do streams.
 */
export function createLeanGrpcTransport(options: GrpcTransportOptions): Transport {
  const { baseUrl } = options;
  const limits = validateReadWriteMaxBytes(options.readMaxBytes, undefined, undefined);
  const sessions = new Http2SessionManager(baseUrl);
  const stock = createGrpcTransport({ baseUrl, ...limits, sessionManager: sessions });
  const acceptCompression = [compressionGzip, compressionBrotli];
  const engine = {
    baseUrl,
    ...limits,
    useBinaryFormat: true,
    interceptors: [],
    acceptCompression,
    sendCompression: null,
  };
  const methods = new WeakMap<DescMethodUnary, Method>();
  const plain = { timeoutMs: -1 as number | undefined, headers: {} as OutgoingHttpHeaders };

  function methodOf(method: DescMethodUnary): Method {
    let known = methods.get(method);
    if (known === undefined) {
      const url = new URL(createMethodUrl(baseUrl, method));
      const serialization = createMethodSerializationLookup(method, undefined, undefined, limits);
      known = {
        path: url.pathname + url.search,
        serialize: serialization.getI(true).serialize,
        parse: serialization.getO(true).parse,
      };
      methods.set(method, known);
    }
    return known;
  }

  /** Makes the headers of a request; those without any of the caller's own are made once. */
  function headersOf(timeoutMs: number | undefined, given: HeadersInit | undefined) {
    if (given === undefined && plain.timeoutMs === timeoutMs) return plain.headers;
    const header = requestHeaderWithCompression(true, timeoutMs, given, acceptCompression, null);
    const headers = Object.fromEntries(header);
    if (given === undefined) Object.assign(plain, { timeoutMs, headers });
    return headers;
  }
  return { unary: () => {}, stream: stock.stream };
}
