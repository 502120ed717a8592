import type { ClientHttp2Stream } from "node:http2";
import { headBytes, writeHead } from "./envelopes.ts";

/** What is sent on a stream, and how. */
export interface Sending<T> {
  readonly source: AsyncIterator<T>;
  readonly serialize: (message: T) => Uint8Array;
  /** Is told what the source has thrown, or what cannot be written. */
  readonly failed: (reason: unknown) => void;
}

/** Sends the messages of a source on a stream. */
export interface StreamSender {
  /** Reads no more of the source, and ends it; it is told the reason, if there is one. */
  stop(reason?: Error): void;
}

/** So many bytes are gathered before they are written within a turn. */
const gatheredBytes = 32 * 1024;
/** A message from this size on is not copied. */
const largeBytes = 16 * 1024;

/**
 * Sends messages as they come. Those that come within one turn of the event
 * loop are written together; while the stream takes no more, the source is not
 * read.
 */
export function createStreamSender<T>(
  stream: ClientHttp2Stream,
  { source, serialize, failed }: Sending<T>,
): StreamSender {
  let stopped = false;
  let gathered: Uint8Array[] = [];
  let size = 0;

  function pull(): void {
    if (!stopped) source.next().then(step, fail);
  }

  function step({ done, value }: IteratorResult<T, unknown>): void {
    if (stopped) return;
    if (done === true) {
      stopped = true;
      write();
      stream.end();
      return;
    }
    let message: Uint8Array;
    try {
      message = serialize(value);
    } catch (error) {
      fail(error);
      return;
    }
    if (send(message)) pull();
    else stream.once("drain", pull);
  }

  function fail(reason: unknown): void {
    if (!stopped) failed(reason);
  }

  /** Returns whether there is room for more. */
  function send(message: Uint8Array): boolean {
    if (message.byteLength >= largeBytes) return sendLarge(message);
    if (size === 0) process.nextTick(write);
    gathered.push(message);
    size += headBytes + message.byteLength;
    return size < gatheredBytes || write();
  }

  function sendLarge(message: Uint8Array): boolean {
    if (!stream.writable) return false;
    const head = Buffer.allocUnsafe(headBytes);
    writeHead(head, 0, message.byteLength);
    stream.cork();
    write();
    stream.write(head);
    const room = stream.write(message);
    stream.uncork();
    return room;
  }

  /** Writes what is gathered; returns whether there is room for more. */
  function write(): boolean {
    if (size === 0) return true;
    if (!stream.writable) return false;
    const bytes = Buffer.allocUnsafe(size);
    let offset = 0;
    for (const message of gathered) {
      writeHead(bytes, offset, message.byteLength);
      bytes.set(message, offset + headBytes);
      offset += headBytes + message.byteLength;
    }
    gathered = [];
    size = 0;
    return stream.write(bytes);
  }

  pull();
  return {
    stop(reason) {
      if (stopped) return;
      stopped = true;
      leave(source, reason);
    },
  };
}

/** Ends a source; it is told the reason, if there is one. */
export function leave(source: AsyncIterator<unknown>, reason?: Error): void {
  if (reason !== undefined) source.throw?.(reason).catch(ignore);
  source.return?.().catch(ignore);
}

// How a source takes its end is its own affair.
function ignore(): void {}
