import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";

/** How long an HTTP/2 client may take over one call, in milliseconds. */
export interface StreamWatchOptions {
  /**
   * To send the whole request, until its answer begins: a call that streams both ways may then go
   * on for as long as its client likes.
   */
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

/** The count of checks when a stream opened: cheaper than the time, and exact enough. */
const opened = Symbol("opened");
/** The place of a stream among the open ones. */
const place = Symbol("place");

interface WatchedStream extends ServerHttp2Stream {
  [opened]?: number;
  [place]?: number;
}

const longestCheckMs = 5000;

/** Milliseconds between two looks at what clients do. */
export function checkInterval({ requestMs, answerMs }: StreamWatchOptions): number {
  return Math.min(longestCheckMs, Math.ceil(Math.min(requestMs, answerMs) / 4));
}

/** Creates a watch that looks at the open streams every few seconds: a timer per call costs more. */
export function createStreamWatch(options: StreamWatchOptions): StreamWatch {
  const checkMs = checkInterval(options);
  /** In no order, and not in a `Set`: see `session-streams` for what that would cost. */
  const open: WatchedStream[] = [];
  const readers = new WeakSet<ServerHttp2Stream>();
  let checks = 0;

  const check = (): void => {
    checks += 1;
    for (const stream of open) {
      const age = (checks - (stream[opened] ?? checks) - 1) * checkMs;
      if (age >= options.requestMs && isWaitedFor(stream)) cancel(stream);
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

  function forget(this: WatchedStream): void {
    const last = open.pop();
    if (last === undefined || last === this) return;
    last[place] = this[place] ?? 0;
    open[last[place]] = last;
  }

  const interval = setInterval(check, checkMs);
  interval.unref();
  return {
    add(stream: WatchedStream) {
      stream[opened] = checks;
      stream[place] = open.push(stream) - 1;
      stream.on("close", forget);
    },
    stop() {
      clearInterval(interval);
    },
  };
}

const isWaitedFor = (stream: ServerHttp2Stream): boolean =>
  stream.state.remoteClose !== 1 && !stream.headersSent;

const cancel = (stream: ServerHttp2Stream): void => stream.close(constants.NGHTTP2_CANCEL);
