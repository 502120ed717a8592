import {
  InferenceService,
  type PredictStreamRequest,
  type PredictStreamResponse,
} from "@presage/gen/presage/v1/inference_pb";
import { linkAbort } from "./abort-link.ts";
import type { Caller } from "./calls.ts";
import { callError, fromStatus, isPresageError, PresageError } from "./errors.ts";
import { withFeedback } from "./feedback.ts";
import { createInbox } from "./inbox.ts";
import type { CallOptions } from "./options.ts";
import {
  decodeRows,
  encodeRequest,
  type StreamPrediction,
  type StreamRequest,
} from "./predictions.ts";
import { decodeTensors } from "./tensors.ts";

/** The outcome of one request of a stream: its prediction, or its error. */
export type StreamResult<A> =
  | {
      readonly requestId: string;
      readonly prediction: StreamPrediction<A>;
      readonly error?: undefined;
    }
  | { readonly requestId: string; readonly error: PresageError; readonly prediction?: undefined };

/** Where the requests of a stream come from. */
export type StreamSource = Iterable<StreamRequest> | AsyncIterable<StreamRequest>;

/**
 * Runs a stream of requests. A request that cannot even be sent is answered
 * here, in the same way as one that the server refuses.
 */
export async function* runStream<A>(
  caller: Caller,
  model: string,
  source: StreamSource,
  options: CallOptions,
): AsyncGenerator<StreamResult<A>, void, undefined> {
  const { signal } = options;
  const link = linkAbort(signal);
  const inbox = createInbox<StreamResult<A>>();
  const requests = createRequests(model, source, (requestId, error) => {
    inbox.push({ requestId, error });
  });
  const span = caller.startSpan(InferenceService.method.predictStream);
  try {
    const call = { ...options, signal: link.signal, span };
    const answers = await caller.stream(InferenceService.method.predictStream, requests, call);
    for await (const answer of inbox.merge(answers)) {
      yield "outcome" in answer ? decodeResult(caller, answer) : answer;
    }
    span?.end();
  } catch (thrown) {
    const { failure } = requests;
    const error = failure ? PresageError.from(failure.cause) : callError(thrown, signal);
    span?.end(error);
    throw failure ? failure.cause : error;
  } finally {
    span?.leave();
    link.end();
    // The transport cannot reach a source that it is waiting for.
    requests.return().catch(() => undefined);
  }
}

function decodeResult<A>(
  caller: Caller,
  { requestId, outcome }: PredictStreamResponse,
): StreamResult<A> {
  if (outcome.case === "error") return { requestId, error: fromStatus(outcome.value) };
  if (outcome.case === undefined) {
    return { requestId, error: new PresageError("internal", "the answer has no outcome") };
  }
  try {
    const tensors = decodeTensors(outcome.value.tensors);
    const prediction = { ...decodeRows<A>(outcome.value), tensors };
    return { requestId, prediction: withFeedback(caller, prediction) };
  } catch (thrown) {
    return { requestId, error: PresageError.from(thrown) };
  }
}

interface Requests extends AsyncIterableIterator<PredictStreamRequest> {
  return(): Promise<IteratorResult<PredictStreamRequest>>;
  /** Transports need it to tell why the stream has failed. */
  throw(reason: unknown): Promise<never>;
  /** What the source threw, if it did. */
  readonly failure: { readonly cause: unknown } | undefined;
}

function createRequests(
  model: string,
  source: StreamSource,
  refuse: (requestId: string, error: PresageError) => void,
): Requests {
  const iterator = iteratorOf(source);
  let failure: { readonly cause: unknown } | undefined;
  let count = 0;
  const ended = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    get failure() {
      return failure;
    },
    async next() {
      for (;;) {
        let step: IteratorResult<StreamRequest>;
        try {
          const asked = iterator.next();
          // Most sources have what they give at hand; each wait would cost a turn of the queue.
          step = "then" in asked ? await asked : asked;
        } catch (cause) {
          failure = { cause };
          throw cause;
        }
        if (step.done === true) return ended;
        count += 1;
        const requestId = step.value.requestId ?? `#${count}`;
        try {
          const request = encodeRequest(model, { ...step.value, requestId });
          const $typeName = "presage.v1.PredictStreamRequest";
          return { done: false, value: { $typeName, request } };
        } catch (thrown) {
          if (!isPresageError(thrown)) throw thrown;
          refuse(requestId, thrown);
        }
      }
    },
    async return() {
      await iterator.return?.();
      return ended;
    },
    async throw(reason) {
      await iterator.return?.();
      throw reason;
    },
  };
}

type RequestIterator = Iterator<StreamRequest> | AsyncIterator<StreamRequest>;

function iteratorOf(source: StreamSource): RequestIterator {
  return Symbol.asyncIterator in source
    ? source[Symbol.asyncIterator]()
    : source[Symbol.iterator]();
}
