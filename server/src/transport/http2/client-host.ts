import type { IncomingHttpHeaders } from "node:http2";
import type { CallStream } from "./call-stream.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { FrameHead } from "./frames.ts";
import type { HeaderDecoder } from "./hpack/header-decoder.ts";
import type { OpenCalls } from "./open-calls.ts";
import type { RestStreams } from "./rest-streams.ts";

/** What the frames of a client do to its connection. */
export interface ClientFramesHost {
  /** Takes a call past Node's HTTP/2; returns false for one that is not of the common kind. */
  takeCall(stream: number, headers: IncomingHttpHeaders): boolean;
  /** Whether one more call may be open. */
  hasRoom(): boolean;
  /** Notes that so many bytes came, which stay where they are if the call is left to Node's HTTP/2. */
  receive(head: FrameHead, stream: CallStream | undefined): void;
  /** Ends a stream with a code. */
  reset(stream: number, code: number): void;
  /** Ends a call that its client has given up. */
  giveUp(stream: CallStream): void;
  /** Has a frame of SETTINGS acknowledged, by Node's HTTP/2 unless that has left. */
  settle(frame: Buffer): void;
  /** Answers a ping. */
  answerPing(data: Buffer): void;
  /** The client has given up a stream of Node's HTTP/2. */
  dropRest(stream: number): void;
  /** Answers a frame on a stream that is over, as its client should know. */
  refuseClosed(stream: number): void;
  /** Notes a frame that breaks the protocol, or does nothing; too many end the connection. */
  offend(): void;
  /** Opens a window by so many bytes: that of a call, or of the connection. */
  open(stream: CallStream | undefined, bytes: number): void;
  /** Follows new settings. */
  configure(settings: ClientSettings): void;
  /** Gives bytes to Node's HTTP/2. */
  pass(bytes: Buffer): void;
  /** Ends the connection with a code. */
  fail(code: number): void;
}

/** What else the frames of a client need. */
export interface ClientFramesParts {
  readonly host: ClientFramesHost;
  /** The open calls that the server answers past Node's HTTP/2. */
  readonly calls: Pick<OpenCalls, "find" | "finish" | "wasReset">;
  readonly decoder: HeaderDecoder;
  readonly rest: RestStreams;
  /** The most bytes of a header block. */
  readonly maxBlockBytes: number;
}
