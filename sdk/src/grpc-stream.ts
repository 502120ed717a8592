import { type ClientHttp2Stream, constants, type OutgoingHttpHeaders } from "node:http2";
import { ConnectError } from "@connectrpc/connect";
import type { UniversalClientResponse } from "@connectrpc/connect/protocol";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import { deadlineOf, explainCancel } from "./answer-faults.ts";
import { abortError, watchLimits } from "./call-limits.ts";
import { fromNodeError } from "./http2-errors.ts";
import { readAnswers, type StreamAnswers } from "./stream-answers.ts";
import { createStreamSender, leave, type StreamSender } from "./stream-sender.ts";

/** One gRPC call of many requests and many answers. */
export interface GrpcStreamCall<I, O> {
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly signal: AbortSignal | undefined;
  /** The deadline, in milliseconds from now. */
  readonly timeoutMs: number | undefined;
  /** The largest message that is read, in bytes. */
  readonly limit: number;
  readonly requests: AsyncIterable<I>;
  readonly serialize: (message: I) => Uint8Array;
  readonly parse: (message: Uint8Array) => O;
  /** Reads answers that are not of the common kind, which may still be on their way. */
  readonly judge: (answer: UniversalClientResponse) => Promise<AsyncIterable<O>>;
}

/** The answer to a stream, once it has begun. */
export interface OpenedStream<O> {
  readonly header: Headers;
  /** Filled when the last message was read. */
  readonly trailer: Headers;
  readonly messages: AsyncIterable<O>;
}

/**
 * Opens a stream, and resolves when its answer has begun. It rejects with a
 * ConnectError, and so do the messages; the requests are ended in any case.
 */
export function openStream<I, O>(
  sessions: Http2SessionManager,
  call: GrpcStreamCall<I, O>,
): Promise<OpenedStream<O>> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenedStream<O>>();
  const source = call.requests[Symbol.asyncIterator]();
  let stream: ClientHttp2Stream | undefined;
  let sender: StreamSender | undefined;
  let answers: StreamAnswers<O> | undefined;
  let over = false;

  /** Ends everything, with the error that ended it or in peace. */
  const end = (error?: ConnectError): void => {
    if (over) return;
    over = true;
    unwatch();
    if (sender === undefined) leave(source, error);
    else sender.stop(error);
    if (error === undefined) {
      // Where both sides have ended, the stream closes by itself.
      if (stream?.writableEnded === false) stream.close(constants.NGHTTP2_NO_ERROR);
      return;
    }
    if (stream?.closed === false) stream.close(constants.NGHTTP2_CANCEL);
    answers?.fail(error);
    reject(error);
  };
  const fail = (reason: unknown): void => end(ConnectError.from(reason));
  const unwatch = watchLimits(call, fail);
  const deadline = deadlineOf(call.timeoutMs);
  if (call.signal?.aborted === true) fail(abortError(call.signal));
  else
    sessions.request("POST", call.path, call.headers, {}).then(begin, (reason: unknown) => {
      fail(fromNodeError(reason));
    });

  function begin(opened: ClientHttp2Stream): void {
    stream = opened;
    answers = readAnswers(opened, {
      limit: call.limit,
      parse: call.parse,
      judge: call.judge,
      explain: (error) => explainCancel(error, deadline),
      alive: () => sessions.notifyResponseByteRead(opened),
      opened: (headers) => {
        if (answers !== undefined) resolve({ ...headers, messages: answers.messages });
      },
      ended: (error) => sender?.stop(error),
      over: end,
    });
    if (over) opened.close(constants.NGHTTP2_CANCEL);
    else
      sender = createStreamSender(opened, {
        source,
        serialize: call.serialize,
        failed: (reason) => fail(fromNodeError(reason)),
      });
  }
  return promise;
}
