import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";

/** How long an HTTP/2 client may take over one call, in milliseconds. */
export interface StreamWatchOptions {
  /** To send the whole request. */
  readonly requestMs: number;
  /** Without taking a byte of an answer that waits for it. */
  readonly answerMs: number;
}

/** Cancels the calls of HTTP/2 clients that send or read too slowly; Node bounds neither. */
export interface StreamWatch {
  /** Watches a stream until it closes. */
  add(stream: ServerHttp2Stream): void;
  /** Stops watching. */
  stop(): void;
}

const longestCheckMs = 5000;

/** Creates a watch that looks at the open streams every few seconds: a timer per call costs more. */
export function createStreamWatch(options: StreamWatchOptions): StreamWatch {
  const openedAt = new Map<ServerHttp2Stream, number>();
  const readers = new WeakSet<ServerHttp2Stream>();

  const check = (): void => {
    const now = performance.now();
    for (const [stream, opened] of openedAt) {
      const age = now - opened;
      if (age >= options.requestMs && stream.state.remoteClose !== 1) cancel(stream);
      else if (age >= options.answerMs && stream.writableLength > 0) watchReader(stream);
    }
  };

  const watchReader = (stream: ServerHttp2Stream): void => {
    if (readers.has(stream)) return;
    readers.add(stream);
    // This timer counts a large write that is under way as progress, which its length does not.
    stream.setTimeout(options.answerMs, () => {
      if (stream.writableLength > 0) cancel(stream);
    });
  };

  const shortest = Math.min(options.requestMs, options.answerMs);
  const interval = setInterval(check, Math.min(longestCheckMs, Math.ceil(shortest / 4)));
  interval.unref();
  return {
    add(stream) {
      openedAt.set(stream, performance.now());
      stream.once("close", () => openedAt.delete(stream));
    },
    stop() {
      clearInterval(interval);
    },
  };
}

const cancel = (stream: ServerHttp2Stream): void => stream.close(constants.NGHTTP2_CANCEL);
