import type { CallStream } from "./call-stream.ts";
import { ClientHeaders } from "./client-headers.ts";
import type { ClientFramesHost, ClientFramesParts } from "./client-host.ts";
import { readSettings } from "./client-settings.ts";
import type { FrameSink } from "./frame-splitter.ts";
import {
  errorCodes,
  type Frame,
  type FrameHead,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  largestWindow,
} from "./frames.ts";
import { priorityBytes, readDependency } from "./header-gatherer.ts";

const pingBytes = 8;

/**
 * Follows the frames of a client. Those of calls of the common kind are taken here; all others,
 * and all that can be wrong with them, are passed on to Node's HTTP/2.
 */
export class ClientFrames implements FrameSink {
  readonly #parts: ClientFramesParts;
  readonly #host: ClientFramesHost;
  readonly #headers: ClientHeaders;
  /** Whose payload comes in pieces just now: a call's, or that of Node's HTTP/2; undefined: nobody's. */
  #reader: CallStream | "rest" | undefined;
  /** What has come of a frame of DATA for Node's HTTP/2. */
  #passed: Buffer[] = [];
  #isEnd = false;
  #dataStream = 0;

  constructor(parts: ClientFramesParts) {
    this.#parts = parts;
    this.#host = parts.host;
    this.#headers = new ClientHeaders(parts);
  }

  /** The highest stream that the client has opened. */
  get lastStream(): number {
    return this.#headers.lastStream;
  }

  frame(frame: Frame): void {
    if (this.#headers.refuses(frame)) {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    switch (frame.type) {
      case frameTypes.headers:
      case frameTypes.continuation:
        this.#headers.take(frame);
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
        this.#takePing(frame);
        break;
      default:
        this.#host.pass(frame.bytes);
    }
  }

  dataHead(head: FrameHead, bytes: Buffer): void {
    if (this.#headers.refuses(head)) {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    const { stream, flags } = head;
    this.#dataStream = stream;
    this.#isEnd = (flags & frameFlags.endStream) !== 0;
    const call = this.#parts.calls.find(stream);
    this.#reader = call ?? (this.#isRests(stream) ? "rest" : undefined);
    this.#host.receive(head, call);
    if (this.#reader === "rest") this.#passed = [bytes];
    else if (call === undefined || call.hasRequest) {
      this.#reader = undefined;
      this.#host.refuseClosed(stream);
    } else if (head.length === 0 && !this.#isEnd) this.#host.offend();
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
    if (isLast && this.#isEnd && !reader.isClosed) this.#parts.calls.finish(reader);
  }

  tooLarge(bytes: Buffer): void {
    // Node's HTTP/2 ends the connection by the head of the frame.
    this.#host.pass(bytes);
  }

  /** Whether frames of a stream are for Node's HTTP/2: it has the stream, or the stream never was. */
  #isRests(stream: number): boolean {
    return stream > this.lastStream || stream === 0 || this.#parts.rest.has(stream);
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
    this.#host.settle(settings?.frame ?? frame.bytes);
  }

  /** Pings are answered here: a way through Node's HTTP/2 and back for each would be worth sending many. */
  #takePing({ flags, stream, length, bytes }: Frame): void {
    if (length !== pingBytes || stream !== 0) this.#host.pass(bytes);
    else if ((flags & frameFlags.ack) === 0) this.#host.answerPing(bytes.subarray(frameHeadBytes));
  }

  #takeWindowUpdate({ stream, length, bytes }: Frame): void {
    const increment = length === 4 ? bytes.readUInt32BE(frameHeadBytes) & largestWindow : 0;
    const call = this.#parts.calls.find(stream);
    if (call !== undefined && length === 4) {
      if (increment > 0) this.#host.open(call, increment);
      else {
        this.#host.reset(stream, errorCodes.protocolError);
        this.#host.offend();
      }
    } else if (stream === 0 && increment > 0) this.#host.open(undefined, increment);
    else if (length !== 4 || this.#isRests(stream)) this.#host.pass(bytes);
  }

  #takeReset({ stream, length, bytes }: Frame): void {
    const call = this.#parts.calls.find(stream);
    if (call !== undefined && length === 4) {
      this.#host.giveUp(call);
    } else if (length !== 4 || this.#isRests(stream)) {
      this.#host.dropRest(stream);
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
}
