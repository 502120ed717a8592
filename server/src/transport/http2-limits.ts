import type { ServerSessionOptions } from "node:http2";

/** The bounds of one HTTP/2 connection. */
export interface Http2Limits {
  /** Calls that a client may have under way at once on one connection. */
  readonly maxConcurrentStreams: number;
  /** Bytes that a client may send ahead on one call. */
  readonly streamWindowBytes: number;
  /** Bytes that a client may send ahead on the whole connection. */
  readonly connectionWindowBytes: number;
  /** Megabytes that one connection may hold, above all answers that the client has not taken. */
  readonly maxSessionMemoryMb: number;
  /** Bytes of the header fields of one request, by HTTP/2's own count. */
  readonly maxHeaderListBytes: number;
  /** Calls that a client may cancel at once before its connection is ended. */
  readonly resetBurst: number;
  /** Calls that a client may cancel per second in the long run. */
  readonly resetsPerSecond: number;
}

/**
 * Defaults. The memory fits an answer of 64 MiB twice over. The resets are above Node's 1,000 and
 * 33, with which a proxy that gathers many callers with short deadlines loses its connection as
 * soon as the server is slow; at 1,000 a second they still cost it a few percent of a core.
 */
export const defaultHttp2Limits: Http2Limits = {
  maxConcurrentStreams: 256,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 4 * 1024 * 1024,
  maxSessionMemoryMb: 128,
  maxHeaderListBytes: 32 * 1024,
  resetBurst: 10_000,
  resetsPerSecond: 1_000,
};

/** Frames that break the protocol, and streams opened above the limit, that one connection may send. */
const maxOffences = 100;

/** The most header fields of one request. */
export const maxHeaderPairs = 128;

/** Node's own options for these limits. */
export function sessionOptions(limits: Http2Limits): ServerSessionOptions {
  return {
    maxSessionInvalidFrames: maxOffences,
    maxSessionRejectedStreams: maxOffences,
    maxSettings: 32,
    maxHeaderListPairs: maxHeaderPairs,
    maxOutstandingPings: 10,
    maxSessionMemory: limits.maxSessionMemoryMb,
    streamResetBurst: limits.resetBurst,
    streamResetRate: limits.resetsPerSecond,
    // The server opens no streams of its own.
    peerMaxConcurrentStreams: 0,
    settings: {
      maxConcurrentStreams: limits.maxConcurrentStreams,
      initialWindowSize: limits.streamWindowBytes,
      maxHeaderListSize: limits.maxHeaderListBytes,
    },
  };
}
