import type { OutgoingHttpHeaders } from "node:http2";
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import type { StreamResponse, Transport, UnaryResponse } from "@connectrpc/connect";
import {
  createAsyncIterable,
  createClientMethodSerializers,
  createMethodUrl,
  type UniversalClientResponse,
  validateReadWriteMaxBytes,
} from "@connectrpc/connect/protocol";
import { createTransport, requestHeader } from "@connectrpc/connect/protocol-grpc";
import { compressionBrotli, compressionGzip, Http2SessionManager } from "@connectrpc/connect-node";
import { mendErrors } from "./answer-faults.ts";
import { toWebHeaders, type UsualAnswer } from "./grpc-answer.ts";
import { runCall } from "./grpc-call.ts";
import { openStream } from "./grpc-stream.ts";

/** The options of a gRPC transport. */
export interface GrpcTransportOptions {
  /** Where the server is. */
  readonly baseUrl: string;
  /**
   * The largest message that is read, in bytes.
   * @default 4 GiB less 1
   */
  readonly readMaxBytes?: number;
  /**
   * The certificates of the authorities that are trusted, in PEM.
   * @default those that Node trusts
   */
  readonly ca?: string[];
}

type HeadersGiven = ConstructorParameters<typeof Headers>[0];

/** The arguments of a transport's unary(). */
type UnaryCall<I extends DescMessage, O extends DescMessage> = readonly [
  method: DescMethodUnary<I, O>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  header: HeadersGiven,
  input: MessageInitShape<I>,
];

/** The arguments of a transport's stream(). */
type StreamCall<I extends DescMessage, O extends DescMessage> = readonly [
  method: DescMethodStreaming<I, O>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  header: HeadersGiven,
  input: AsyncIterable<MessageInitShape<I>>,
];

// Read if they come, but not asked for: to compress tensors takes longer than to send them.
const acceptCompression = [compressionGzip, compressionBrotli];

/**
 * Makes a transport for gRPC in its binary format, with a short way straight to
 * a stream of HTTP/2. Only answers that are plain messages with the status OK
 * are read here; Connect's own engine judges all others. Calls do not ask for
 * compressed answers, unless a header of the caller's own does.
 */
export function createLeanGrpcTransport({
  baseUrl,
  readMaxBytes,
  ...connection
}: GrpcTransportOptions): Transport {
  const limits = validateReadWriteMaxBytes(readMaxBytes, undefined, undefined);
  const sessions = new Http2SessionManager(baseUrl, undefined, connection);
  const headersOf = createHeaderWriter();
  const paths = new WeakMap<DescMethod, string>();

  function pathOf(method: DescMethod): string {
    let path = paths.get(method);
    if (path === undefined) {
      const url = new URL(createMethodUrl(baseUrl, method));
      path = url.pathname + url.search;
      paths.set(method, path);
    }
    return path;
  }

  return {
    async unary<I extends DescMessage, O extends DescMessage>(
      ...[method, signal, timeoutMs = 0, header, input]: UnaryCall<I, O>
    ): Promise<UnaryResponse<I, O>> {
      const { serialize, parse } = createClientMethodSerializers(method, true);
      const request = create(method.input, input);
      const timeout = timeoutMs > 0 ? timeoutMs : undefined;
      return await runCall(sessions, {
        path: pathOf(method),
        headers: headersOf(timeout, header),
        message: serialize(request),
        signal,
        timeoutMs: timeout,
        limit: limits.readMaxBytes,
        read: (answer) => new UsualResponse(method, parse(answer.message), answer),
        judge: (answer) => judge(answer).unary(method, undefined, undefined, undefined, request),
      });
    },
    async stream<I extends DescMessage, O extends DescMessage>(
      ...[method, signal, timeoutMs = 0, header, input]: StreamCall<I, O>
    ): Promise<StreamResponse<I, O>> {
      const { serialize, parse } = createClientMethodSerializers(method, true);
      const timeout = timeoutMs > 0 ? timeoutMs : undefined;
      const { messages, ...headers } = await openStream(sessions, {
        path: pathOf(method),
        headers: headersOf(timeout, header),
        requests: input,
        serialize: (request) => serialize(create(method.input, request)),
        parse,
        signal,
        timeoutMs: timeout,
        limit: limits.readMaxBytes,
        async judge(answer) {
          const none = createAsyncIterable<MessageInitShape<I>>([]);
          const { message } = await judge(answer).stream(method, undefined, 0, undefined, none);
          return message;
        },
      });
      return { stream: true, service: method.parent, method, ...headers, message: messages };
    },
  };

  /** Makes Connect's engine over one answer that is there already. */
  function judge(answer: UniversalClientResponse): Transport {
    const engine = createTransport({
      ...limits,
      baseUrl,
      acceptCompression,
      useBinaryFormat: true,
      interceptors: [],
      sendCompression: null,
      httpClient: () => Promise.resolve(answer),
    });
    return mendErrors(engine);
  }
}

/** Writes the headers of requests; those of the last deadline are kept for the next request. */
function createHeaderWriter(): (
  timeoutMs: number | undefined,
  given: HeadersGiven,
) => OutgoingHttpHeaders {
  const write = (timeoutMs: number | undefined, given: HeadersGiven): OutgoingHttpHeaders =>
    Object.fromEntries(requestHeader(true, timeoutMs, given));
  let lastTimeoutMs: number | undefined;
  let last = write(undefined, undefined);
  return (timeoutMs, given) => {
    if (given !== undefined) return write(timeoutMs, given);
    if (lastTimeoutMs !== timeoutMs) {
      last = write(timeoutMs, given);
      lastTimeoutMs = timeoutMs;
    }
    return last;
  };
}

/** A response whose headers and trailers are made only when they are asked for. */
class UsualResponse<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false;
  readonly service: UnaryResponse["service"];
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageShape<O>;
  readonly #answer: UsualAnswer;
  #header: Headers | undefined;
  #trailer: Headers | undefined;

  constructor(method: DescMethodUnary<I, O>, message: MessageShape<O>, answer: UsualAnswer) {
    this.service = method.parent;
    this.method = method;
    this.message = message;
    this.#answer = answer;
  }

  get header(): Headers {
    return (this.#header ??= toWebHeaders(this.#answer.header));
  }

  get trailer(): Headers {
    return (this.#trailer ??= toWebHeaders(this.#answer.trailer));
  }
}
