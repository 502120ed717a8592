import type {
  DescMessage,
  DescMethod,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { createCallHeaders, remainingMs } from "./call-headers.ts";
import { type CallSpan, startCallSpan } from "./call-span.ts";
import { type Clock, systemClock } from "./clock.ts";
import { callError, PresageError } from "./errors.ts";
import { type CallOptions, type CommonClientOptions, compileTimeout } from "./options.ts";
import type { Peer } from "./peer.ts";
import { compileRetry, type RetryPolicy, retryDelayMs } from "./retry.ts";

/** What calls take from the world, so that tests can hold it still. */
export interface Environment {
  readonly clock: Clock;
  /** Returns a random number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

const systemEnvironment: Environment = { clock: systemClock, random: Math.random };

/** Makes calls, with the deadline, the retries and the headers that the options say. */
export interface Caller {
  /** Makes a call of one request and one answer. It rejects with a PresageError. */
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    input: MessageInitShape<I>,
    options?: UnaryOptions,
  ): Promise<MessageShape<O>>;
  /** Opens a stream of many requests and many answers, once. It may throw anything. */
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodStreaming<I, O>,
    input: AsyncIterable<MessageInitShape<I>>,
    options?: StreamOptions,
  ): Promise<AsyncIterable<MessageShape<O>>>;
  /** Starts the span of a stream, which its reader is to end; undefined if nothing is traced. */
  startSpan(method: DescMethod): CallSpan | undefined;
}

/** What can be set for a call of one request and one answer. */
export interface UnaryOptions extends CallOptions {
  /** Default: the client's own. */
  readonly retry?: false;
}

/** What can be set for a stream. */
export interface StreamOptions extends CallOptions {
  /** Default: the stream is not traced. */
  readonly span?: CallSpan | undefined;
}

/** The options of a client that concern its calls. */
export interface CallerOptions extends Omit<CommonClientOptions, "baseUrl" | "format"> {
  /** Whom traces show as the server. Default: gRPC, of a server that is not known. */
  readonly peer?: Peer | undefined;
}

const defaultTimeoutMs = 30_000;

/** Makes a caller over a transport. Throws `invalid_argument` for options that do not fit. */
export function createCaller(
  transport: Transport,
  options: CallerOptions,
  environment: Environment = systemEnvironment,
): Caller {
  const { clock, random } = environment;
  const { peer = { protocol: "grpc" }, tracing = true } = options;
  const policy = compileRetry(options.retry);
  const once: RetryPolicy = { ...policy, maxAttempts: 1 };
  const unaryTimeoutMs = compileTimeout(options.timeoutMs ?? defaultTimeoutMs) ?? Infinity;

  const headersOf = createCallHeaders(options, clock);
  // Without any header of the caller's own, transports have less to do.
  const needHeaders = options.headers !== undefined || options.auth !== undefined;

  const startSpan: Caller["startSpan"] = (method) =>
    tracing ? startCallSpan(method, peer) : undefined;

  /** Makes a call, again if need be. */
  const tryUntilAnswered = async <I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    input: MessageInitShape<I>,
    call: UnaryOptions & StreamOptions,
  ): Promise<MessageShape<O>> => {
    const { signal, span } = call;
    const timeoutMs =
      call.timeoutMs === undefined ? unaryTimeoutMs : compileTimeout(call.timeoutMs);
    const limit = { signal, deadline: clock.now() + (timeoutMs ?? Infinity) };
    const retry = call.retry === false ? once : policy;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const headers =
          needHeaders || call.headers !== undefined || span !== undefined
            ? await headersOf(call, limit)
            : undefined;
        const timeout = timeoutOf(remainingMs(limit, clock));
        const answer = await transport.unary(method, signal, timeout, headers, input);
        return answer.message;
      } catch (thrown) {
        const error = callError(thrown, signal);
        const left = limit.deadline - clock.now();
        const failed = { attempt, error, random: random(), remainingMs: left };
        const delay = retryDelayMs(retry, failed);
        if (delay === undefined) throw error;
        await clock.sleep(delay, signal);
        remainingMs(limit, clock);
        span?.retry(attempt + 1, error);
      }
    }
  };

  return {
    unary(method, input, call = {}) {
      const span = startSpan(method);
      if (span === undefined) return tryUntilAnswered(method, input, call);
      return follow(span, () => tryUntilAnswered(method, input, { ...call, span }));
    },
    async stream(method, input, call = {}) {
      const { signal } = call;
      const limit = {
        signal,
        deadline: clock.now() + (compileTimeout(call.timeoutMs) ?? Infinity),
      };
      const headers = await headersOf(call, limit);
      const timeout = timeoutOf(remainingMs(limit, clock));
      const open = () => transport.stream(method, signal, timeout, headers, input);
      const answer = await (call.span === undefined ? open() : call.span.run(open));
      return answer.message;
    },
    startSpan,
  };
}

/** Does a call's work as a part of its span, and ends that. */
async function follow<T>(span: CallSpan, work: () => Promise<T>): Promise<T> {
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end(PresageError.from(error));
    throw error;
  }
}

// Transports write whole milliseconds; 0 would mean no timeout to them.
function timeoutOf(leftMs: number): number {
  return leftMs === Infinity ? 0 : Math.ceil(leftMs);
}
