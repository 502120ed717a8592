import type { IncomingHttpHeaders } from "node:http2";
import type { AbuseGuard } from "./abuse-guard.ts";
import type { CallStream } from "./call-stream.ts";
import { type ClientSettings, readSettings } from "./client-settings.ts";
import type { FrameSink } from "./frame-splitter.ts";
import {
  errorCodes,
  type Frame,
  type FrameHead,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  headerFrames,
  largestWindow,
} from "./frames.ts";
import {
  type HeaderBlock,
  HeaderGatherer,
  priorityBytes,
  readDependency,
} from "./header-gatherer.ts";
import type { HeaderDecoder, HeaderList } from "./hpack/header-decoder.ts";
import { encodeHeaders } from "./hpack/header-encoder.ts";
import { HpackError } from "./hpack/hpack-error.ts";
import { readCallHeaders } from "./request-headers.ts";
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
  /** Ends a call: with a code, by the server, or because its client has given it up. */
  reset(stream: number, code: number): void;
  abandon(stream: CallStream): void;
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
  readonly guard: AbuseGuard;
  readonly rest: RestStreams;
  /** The most bytes of a header block. */
  readonly maxBlockBytes: number;
}

/**
 * Follows the frames of a client. Those of calls of the common kind are taken here; all others,
 * and all that can be wrong with them, are passed on to Node's HTTP/2.
 */
export class ClientFrames implements FrameSink {
  /** The highest stream that the client has opened. */
  lastStream = 0;
  readonly #parts: ClientFramesParts;
  readonly #host: ClientFramesHost;
  readonly #gatherer: HeaderGatherer;
  /** Whose payload comes in pieces just now: a call's, or that of Node's HTTP/2; undefined: nobody's. */
  #reader: CallStream | "rest" | undefined;
  /** What has come of a frame of DATA for Node's HTTP/2. */
  #passed: Buffer[] = [];
  #isEnd = false;
  #dataStream = 0;
  #lastList: HeaderList | undefined;
  #lastHeaders: IncomingHttpHeaders | undefined;

  constructor(parts: ClientFramesParts) {
    this.#parts = parts;
    this.#host = parts.host;
    this.#gatherer = new HeaderGatherer(parts.maxBlockBytes);
  }

  frame(frame: Frame): void {
    const { type, stream } = frame;
    const { awaited } = this.#gatherer;
    if (awaited !== undefined && (type !== frameTypes.continuation || stream !== awaited)) {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    switch (type) {
      case frameTypes.headers:
        this.#takeBlock(this.#gatherer.begin(frame));
        break;
      case frameTypes.continuation:
        if (awaited === undefined) this.#host.fail(errorCodes.protocolError);
        else this.#takeBlock(this.#gatherer.proceed(frame));
        break;
      case frameTypes.data:
        this.#takePadded(frame);
        break;
      case frameTypes.settings:
        this.#takeSettings(frame);
        break;
      case frameTypes.windowUpdate:
        this.#takeWindowUpdate(frame);
        break;
      case frameTypes.resetStream:
        this.#takeReset(frame);
        break;
      case frameTypes.priority:
        this.#takePriority(frame);
        break;
      case frameTypes.ping:
        // Node's HTTP/2 ends a connection with an answer to a ping that it has not sent.
        if ((frame.flags & frameFlags.ack) === 0) this.#host.pass(frame.bytes);
        break;
      default:
        this.#host.pass(frame.bytes);
    }
  }

  dataHead(head: FrameHead, bytes: Buffer): void {
    if (this.#gatherer.awaited !== undefined) {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    const { stream, flags } = head;
    this.#dataStream = stream;
    this.#isEnd = (flags & frameFlags.endStream) !== 0;
    const call = this.#host.find(stream);
    this.#reader = call ?? (this.#isRests(stream) ? "rest" : undefined);
    this.#host.receive(head, call);
    if (this.#reader === "rest") this.#passed = [bytes];
    else if (call === undefined || call.hasRequest) {
      this.#reader = undefined;
      this.#refuseClosed(stream);
    } else if (head.length === 0 && !this.#isEnd) this.#offend();
  }

  dataPiece(piece: Buffer, isLast: boolean): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    if (reader === "rest") {
      this.#passed.push(piece);
      if (!isLast) return;
      // All at once: another frame may be given to Node's HTTP/2 before the next piece has come.
      for (const part of this.#passed) this.#host.pass(part);
      this.#passed = [];
      if (this.#isEnd) this.#parts.rest.endRequest(this.#dataStream);
      return;
    }
    reader.takeData(piece);
    if (isLast && this.#isEnd && !reader.isClosed) this.#host.finish(reader);
  }

  tooLarge(bytes: Buffer): void {
    // Node's HTTP/2 ends the connection by the head of the frame.
    this.#host.pass(bytes);
  }

  /** Whether frames of a stream are for Node's HTTP/2: it has the stream, or the stream never was. */
  #isRests(stream: number): boolean {
    return stream > this.lastStream || stream === 0 || this.#parts.rest.has(stream);
  }

  #takeBlock(gathered: HeaderBlock | "malformed" | "too large" | undefined): void {
    if (gathered === undefined) return;
    if (gathered === "malformed") {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    if (gathered === "too large") {
      this.#host.fail(errorCodes.enhanceYourCalm);
      return;
    }
    let list: HeaderList | undefined;
    try {
      list = this.#parts.decoder.decode(gathered.block);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      this.#host.fail(errorCodes.compressionError);
      return;
    }
    const { stream } = gathered;
    if (stream % 2 === 0) this.#host.fail(errorCodes.protocolError);
    else if (gathered.dependsOn === stream) {
      this.lastStream = Math.max(stream, this.lastStream);
      this.#host.reset(stream, errorCodes.protocolError);
      this.#offend();
    } else if (stream > this.lastStream) this.#openStream(gathered, list);
    else this.#takeTrailers(gathered, list);
  }

  #openStream({ stream, isEnd }: HeaderBlock, list: HeaderList | undefined): void {
    const { rest } = this.#parts;
    this.lastStream = stream;
    if (list === undefined) {
      this.#host.reset(stream, errorCodes.enhanceYourCalm);
      this.#offend();
    } else if (!this.#host.hasRoom()) {
      this.#host.reset(stream, errorCodes.refusedStream);
      this.#offend();
    } else if (isEnd || !this.#takeCall(stream, list)) {
      rest.open(stream, isEnd);
      this.#host.pass(headerFrames(stream, encodeHeaders(pairs(list)), isEnd));
    }
  }

  #takeCall(stream: number, list: HeaderList): boolean {
    if (list !== this.#lastList) {
      this.#lastList = list;
      this.#lastHeaders = readCallHeaders(list);
    }
    const headers = this.#lastHeaders;
    return headers !== undefined && this.#host.takeCall(stream, headers);
  }

  #takeTrailers({ stream, isEnd }: HeaderBlock, list: HeaderList | undefined): void {
    const call = this.#host.find(stream);
    if (call === undefined) {
      if (!this.#parts.rest.has(stream)) {
        if (!this.#host.wasReset(stream)) this.#host.fail(errorCodes.streamClosed);
      } else {
        this.#host.pass(headerFrames(stream, encodeHeaders(pairs(list ?? [])), isEnd));
        if (isEnd) this.#parts.rest.endRequest(stream);
      }
    } else if (call.hasRequest) this.#refuseClosed(stream);
    else if (!isEnd || list === undefined || list.some((text) => text.startsWith(":"))) {
      this.#host.reset(stream, errorCodes.protocolError);
      this.#offend();
    } else this.#host.finish(call);
  }

  /** DATA with padding, which hardly anybody sends. */
  #takePadded({ bytes, ...head }: Frame): void {
    const padding = bytes[frameHeadBytes] ?? 0;
    const start = frameHeadBytes + 1;
    if (head.length === 0 || padding >= head.length) {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    this.dataHead(head, bytes.subarray(0, frameHeadBytes));
    const isRests = this.#reader === "rest";
    this.dataPiece(
      isRests ? bytes.subarray(frameHeadBytes) : bytes.subarray(start, bytes.byteLength - padding),
      true,
    );
  }

  #takeSettings(frame: Frame): void {
    const settings = readSettings(frame);
    if (settings !== undefined) this.#host.configure(settings);
    this.#host.pass(settings?.frame ?? frame.bytes);
  }

  #takeWindowUpdate({ stream, length, bytes }: Frame): void {
    const increment = length === 4 ? bytes.readUInt32BE(frameHeadBytes) & largestWindow : 0;
    const call = this.#host.find(stream);
    if (call !== undefined && length === 4) {
      if (increment > 0) this.#host.open(call, increment);
      else {
        this.#host.reset(stream, errorCodes.protocolError);
        this.#offend();
      }
    } else if (stream === 0 && increment > 0) this.#host.open(undefined, increment);
    else if (length !== 4 || this.#isRests(stream)) this.#host.pass(bytes);
  }

  #takeReset({ stream, length, bytes }: Frame): void {
    const call = this.#host.find(stream);
    if (call !== undefined && length === 4) {
      this.#host.abandon(call);
      if (!this.#parts.guard.reset()) this.#host.fail(errorCodes.enhanceYourCalm);
    } else if (length !== 4 || this.#isRests(stream)) {
      this.#parts.rest.close(stream);
      this.#host.pass(bytes);
    }
  }

  /** Nothing here goes by priorities; Node's HTTP/2 looks at them, but not at what is wrong with them. */
  #takePriority({ stream, length, bytes }: Frame): void {
    if (stream === 0) this.#host.fail(errorCodes.protocolError);
    else if (length === priorityBytes && readDependency(bytes, frameHeadBytes) === stream)
      this.#host.reset(stream, errorCodes.protocolError);
    else this.#host.pass(bytes);
  }

  /** Answers a frame on a stream that is over, as its client should know. */
  #refuseClosed(stream: number): void {
    if (this.#host.wasReset(stream)) return;
    this.#host.reset(stream, errorCodes.streamClosed);
    this.#offend();
  }

  #offend(): void {
    if (!this.#parts.guard.offend()) this.#host.fail(errorCodes.enhanceYourCalm);
  }
}

function* pairs(list: HeaderList): Iterable<readonly [string, string]> {
  for (let index = 0; index < list.length; index += 2)
    yield [list[index] ?? "", list[index + 1] ?? ""];
}
