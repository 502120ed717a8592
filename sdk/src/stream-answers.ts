import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import { Readable } from "node:stream";
import { ConnectError } from "@connectrpc/connect";
import type { UniversalClientResponse } from "@connectrpc/connect/protocol";
import { createEnvelopeReader } from "./envelopes.ts";
import { isUsualHeader, isUsualTrailer, toWebHeaders } from "./grpc-answer.ts";
import { fromClosedStream, fromNodeError } from "./http2-errors.ts";

/** How the answers of a stream are read. */
export interface AnswerParts<O> {
  /** The largest message that is read, in bytes. */
  readonly limit: number;
  readonly parse: (message: Uint8Array) => O;
  /** Reads what is not of the common kind, which may still be on its way. */
  readonly judge: (answer: UniversalClientResponse) => Promise<AsyncIterable<O>>;
  /** Tells why the stream was cut off. */
  readonly explain: (error: ConnectError) => ConnectError;
  /** Bytes have come. */
  readonly alive: () => void;
  /** The answer has begun. */
  readonly opened: (headers: { readonly header: Headers; readonly trailer: Headers }) => void;
  /** No more bytes will come; the error is what has cut them off. */
  readonly ended: (error?: ConnectError) => void;
  /** The last answer was read, or in its place the error with which the stream fails. */
  readonly over: (error?: ConnectError) => void;
}

/** The answers of a stream. */
export interface StreamAnswers<O> {
  readonly messages: AsyncIterable<O>;
  /** Fails all reading at once, whatever has come. */
  fail(error: ConnectError): void;
}

type Turn<O> = PromiseWithResolvers<IteratorResult<O>>;

/** While so many bytes are there beyond the next message, no more are read. */
const backlogBytes = 64 * 1024;

/**
 * Reads the answers of a stream. It judges nothing: from where the stream is
 * not just plain messages and the status OK, it is handed on as it comes.
 */
export function readAnswers<O>(stream: ClientHttp2Stream, parts: AnswerParts<O>): StreamAnswers<O> {
  const envelopes = createEnvelopeReader(parts.limit);
  const turns: Turn<O>[] = [];
  const trailer = new Headers();
  let head: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
  let header = new Headers();
  let usualEnd = false;
  let ended = false;
  let done = false;
  /** What has cut the stream; known before it is told, for messages may have come before it. */
  let cut: ConnectError | undefined;
  let failure: ConnectError | undefined;
  let rest: Readable | undefined;
  let judged: Promise<AsyncIterator<O>> | undefined;

  function fail(error: ConnectError): ConnectError {
    if (failure !== undefined || done) return failure ?? error;
    failure = error;
    rest?.destroy(error);
    for (const turn of turns.splice(0)) turn.reject(error);
    parts.over(error);
    return error;
  }

  function finish(): IteratorResult<O> {
    done = true;
    parts.over();
    return { done: true, value: undefined };
  }

  /** The next answer, if it is there or will be found by Connect's engine. Throws what fails the stream. */
  function takeNow(): IteratorResult<O> | Promise<IteratorResult<O>> | undefined {
    if (failure !== undefined) throw failure;
    if (done) return { done: true, value: undefined };
    if (judged !== undefined) return judgeNext(judged);
    const taken = envelopes.take();
    if (taken.kind === "message") {
      if (envelopes.backlog < backlogBytes && stream.isPaused()) stream.resume();
      return { done: false, value: parse(taken.bytes) };
    }
    if (taken.kind === "part" && cut !== undefined) throw fail(cut);
    if (taken.kind === "part" && !ended) return undefined;
    if (usualEnd && envelopes.size === 0) return finish();
    return judgeNext(handOn());
  }

  function parse(bytes: Uint8Array): O {
    try {
      return parts.parse(bytes);
    } catch (error) {
      throw fail(ConnectError.from(error));
    }
  }

  /** Hands the stream on, from where it was read to. */
  function handOn(): Promise<AsyncIterator<O>> {
    const body = new Readable({ read: () => void stream.resume() });
    // Its reader may have left before it fails.
    body.on("error", () => undefined);
    for (const piece of envelopes.takeRest()) body.push(piece);
    if (ended) body.push(null);
    if (cut !== undefined) body.destroy(cut);
    rest = body;
    const answer = { status: head?.[":status"] ?? 0, header, body, trailer };
    judged = parts.judge(answer).then((messages) => messages[Symbol.asyncIterator]());
    return judged;
  }

  async function judgeNext(iterator: Promise<AsyncIterator<O>>): Promise<IteratorResult<O>> {
    try {
      const step = await (await iterator).next();
      return step.done === true ? finish() : step;
    } catch (error) {
      throw fail(ConnectError.from(error));
    }
  }

  /** Gives those who wait what is there. */
  function serve(): void {
    for (let turn = turns[0]; turn !== undefined; turn = turns[0]) {
      try {
        const now = takeNow();
        if (now === undefined) return;
        turns.shift();
        turn.resolve(now);
      } catch {
        return;
      }
    }
  }

  function cutOff(error: ConnectError): void {
    if (ended || cut !== undefined) return;
    cut = parts.explain(error);
    parts.ended(cut);
    rest?.destroy(cut);
    if (head === undefined) fail(cut);
    else serve();
  }

  stream.on("response", (received) => {
    head = received;
    header = toWebHeaders(received);
    const open = (): void => parts.opened({ header, trailer });
    if (isUsualHeader(received)) open();
    else handOn().then(open, (error: unknown) => fail(ConnectError.from(error)));
  });
  stream.on("data", (chunk: Buffer) => {
    parts.alive();
    if (rest !== undefined) {
      if (!rest.push(chunk)) stream.pause();
      return;
    }
    envelopes.push(chunk);
    serve();
    if (envelopes.backlog >= backlogBytes) stream.pause();
  });
  stream.on("trailers", (received) => {
    usualEnd = isUsualTrailer(received);
    toWebHeaders(received, trailer);
  });
  stream.on("end", () => {
    // A stream that was cut off ends too, before it says how: see "error" and "close".
    const isCut = !usualEnd && stream.destroyed;
    if (ended || cut !== undefined || head === undefined || isCut) return;
    ended = true;
    parts.ended();
    rest?.push(null);
    serve();
  });
  stream.on("error", (reason) => cutOff(fromNodeError(reason)));
  // Kept from the beginning: a stream that has closed knows its session no more.
  const { session } = stream;
  stream.on("close", () => cutOff(fromClosedStream(stream, session)));

  return {
    messages: {
      [Symbol.asyncIterator]: () => ({
        next() {
          try {
            const now = turns.length === 0 ? takeNow() : undefined;
            if (now !== undefined) return Promise.resolve(now);
          } catch (error) {
            return Promise.reject(ConnectError.from(error));
          }
          const turn: Turn<O> = Promise.withResolvers();
          turns.push(turn);
          return turn.promise;
        },
      }),
    },
    fail: (error) => void fail(error),
  };
}
