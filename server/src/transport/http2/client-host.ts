import type { IncomingHttpHeaders } from "node:http2";
import type { CallStream } from "./call-stream.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { FrameHead } from "./frames.ts";
import type { HeaderDecoder } from "./hpack/header-decoder.ts";
import type { RestStreams } from "./rest-streams.ts";

/** What the frames of a client do to its connection. */
export interface ClientFramesHost {
  /** The open call of this id that the server answers past Node's HTTP/2. */
  find(stream: number): CallStream | undefined;
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
  /** Answers a frame on a stream that is over, as its client should know. */
  refuseClosed(stream: number): void;
  /** Notes a frame that breaks the protocol, or does nothing; too many end the connection. */
  offend(): void;
  /** Whether the server has reset a stream lately, which its client may not know yet. */
  wasReset(stream: number): boolean;
  /** Opens a window by so many bytes: that of a call, or of the connection. */
  open(stream: CallStream | undefined, bytes: number): void;
  /** The request of a call is whole. */
  finish(stream: CallStream): void;
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
  readonly decoder: HeaderDecoder;
  readonly rest: RestStreams;
  /** The most bytes of a header block. */
  readonly maxBlockBytes: number;
}
