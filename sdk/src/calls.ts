import type {
  DescMessage,
  DescMethodStreaming,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { type Clock, systemClock } from "./clock.ts";
import { abortedError, callError, PresageError } from "./errors.ts";
import { type CallOptions, type CommonClientOptions, compileTimeout } from "./options.ts";
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
    options?: CallOptions,
  ): Promise<AsyncIterable<MessageShape<O>>>;
}

/** What can be set for a call of one request and one answer. */
export interface UnaryOptions extends CallOptions {
  /** Default: the client's own. */
  readonly retry?: false;
}

/** The options of a client that concern its calls. */
export type CallerOptions = Omit<CommonClientOptions, "baseUrl" | "format">;

interface Limit {
  readonly signal: AbortSignal | undefined;
  /** The moment of the deadline, on the clock; Infinity without one. */
  readonly deadline: number;
}

const defaultTimeoutMs = 30_000;

/** Makes a caller over a transport. Throws `invalid_argument` for options that do not fit. */
export function createCaller(
  transport: Transport,
  options: CallerOptions,
  environment: Environment = systemEnvironment,
): Caller {
  const { clock, random } = environment;
  const policy = compileRetry(options.retry);
  const once: RetryPolicy = { ...policy, maxAttempts: 1 };
  const unaryTimeoutMs = compileTimeout(options.timeoutMs ?? defaultTimeoutMs) ?? Infinity;

  const remainingMs = ({ deadline, signal }: Limit): number => {
    if (signal?.aborted === true) throw abortedError(signal);
    const remaining = deadline - clock.now();
    if (remaining <= 0) throw deadlineExceeded();
    return remaining;
  };

  // Without any header of the caller's own, transports have less to do.
  const needHeaders = options.headers !== undefined || options.auth !== undefined;

  const headersOf = async (call: CallOptions, limit: Limit): Promise<Headers> => {
    const headers = new Headers(options.headers);
    if (options.auth !== undefined) {
      headers.set("authorization", await within(authorize(options.auth), limit));
    }
    for (const [name, value] of Object.entries(call.headers ?? {})) headers.set(name, value);
    return headers;
  };

  /** Waits for work that knows of no deadline, such as the caller's own function. */
  const within = async (work: Promise<string>, limit: Limit): Promise<string> => {
    const over = new AbortController();
    const abort = (): void => over.abort();
    limit.signal?.addEventListener("abort", abort);
    const timeoutMs = compileTimeout(remainingMs(limit));
    const timer =
      timeoutMs === undefined ? untilAborted(over.signal) : clock.sleep(timeoutMs, over.signal);
    try {
      const result = await Promise.race([work, timer]);
      if (result !== undefined) return result;
      remainingMs(limit);
      throw deadlineExceeded();
    } finally {
      limit.signal?.removeEventListener("abort", abort);
      over.abort();
    }
  };

  return {
    async unary(method, input, call = {}) {
      const { signal } = call;
      const timeoutMs =
        call.timeoutMs === undefined ? unaryTimeoutMs : compileTimeout(call.timeoutMs);
      const limit = { signal, deadline: clock.now() + (timeoutMs ?? Infinity) };
      const retry = call.retry === false ? once : policy;
      for (let attempt = 1; ; attempt += 1) {
        try {
          const headers =
            needHeaders || call.headers !== undefined ? await headersOf(call, limit) : undefined;
          const timeout = timeoutOf(remainingMs(limit));
          const answer = await transport.unary(method, signal, timeout, headers, input);
          return answer.message;
        } catch (thrown) {
          const error = callError(thrown, signal);
          const left = limit.deadline - clock.now();
          const failed = { attempt, error, random: random(), remainingMs: left };
          const delay = retryDelayMs(retry, failed);
          if (delay === undefined) throw error;
          await clock.sleep(delay, signal);
          remainingMs(limit);
        }
      }
    },
    async stream(method, input, call = {}) {
      const { signal } = call;
      const limit = {
        signal,
        deadline: clock.now() + (compileTimeout(call.timeoutMs) ?? Infinity),
      };
      const headers = await headersOf(call, limit);
      const timeout = timeoutOf(remainingMs(limit));
      const answer = await transport.stream(method, signal, timeout, headers, input);
      return answer.message;
    },
  };
}

// Transports write whole milliseconds; 0 would mean no timeout to them.
function timeoutOf(remainingMs: number): number {
  return remainingMs === Infinity ? 0 : Math.ceil(remainingMs);
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

function deadlineExceeded(): PresageError {
  return new PresageError("deadline_exceeded", "the call's deadline passed before its answer came");
}

async function authorize(auth: () => string | Promise<string>): Promise<string> {
  try {
    return await auth();
  } catch (cause) {
    throw new PresageError("unauthenticated", "the client's auth function failed", { cause });
  }
}
