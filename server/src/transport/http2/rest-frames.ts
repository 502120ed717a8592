import type { AnswerSender } from "./answer-sender.ts";
import type { FrameOutput } from "./frame-output.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import {
  type Frame,
  flagsOffset,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  goawayFrame,
  windowUpdateFrame,
} from "./frames.ts";
import type { RestStreams } from "./rest-streams.ts";

/** What the frames of Node's HTTP/2 need of their connection. */
export interface RestFramesParts {
  readonly output: FrameOutput;
  readonly sender: AnswerSender;
  readonly streams: RestStreams;
  /** Gives bytes to Node's HTTP/2 as if they came from the client. */
  readonly push: (bytes: Buffer) => void;
  /** The highest stream that the client has opened. */
  readonly lastStream: () => number;
  /** The client may send so many bytes more on the connection. */
  readonly credited: (bytes: number) => void;
  /** Is told that Node's HTTP/2 has reset a stream. */
  readonly wasReset: (stream: number) => void;
  /** Is told that Node's HTTP/2 ends the connection, with what code. */
  readonly leaving: (code: number) => void;
}

/** Node's HTTP/2 may send again what it has sent, once that is so many bytes. */
const creditBytes: number = 16 * 1024;

/** The frames that Node's HTTP/2 writes are not checked: its payloads have their size by RFC 9113. */
const largestFrame: number = 2 ** 24 - 1;

/**
 * Sends the frames that Node's HTTP/2 writes, as they are, among the server's own.
 * Its answers share the connection's window with those of other calls. As it takes
 * that window for its own, it may have sent up to 65,535 bytes too many, which wait
 * here; what it sends beyond these it may only send when as much has gone out.
 */
export class RestFrames {
  readonly #parts: RestFramesParts;
  readonly #splitter: FrameSplitter;
  #waiting: Frame[] = [];
  /** A header block that is not whole: nothing may come between its frames. */
  #headers: Buffer[] = [];
  #sentBytes = 0;

  constructor(parts: RestFramesParts) {
    this.#parts = parts;
    this.#splitter = new FrameSplitter(
      {
        frame: (frame) => this.#take(frame),
        dataHead: () => {},
        dataPiece: () => {},
        tooLarge: () => {},
      },
      { maxFrameBytes: largestFrame, dataInPieces: false },
    );
  }

  /** Takes the next bytes that Node's HTTP/2 writes. */
  push(bytes: Buffer): void {
    this.#splitter.push(bytes);
  }

  /** Sends what has waited for the window, as far as it is open. */
  sendMore(): void {
    while (true) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      if (!this.#hasRoom(next)) return;
      this.#waiting.shift();
      this.#send(next);
    }
  }

  /** Drops what waits of a stream that the client has given up. */
  drop(stream: number): void {
    const dropped = this.#waiting.filter((frame) => frame.stream === stream);
    if (dropped.length === 0) return;
    this.#waiting = this.#waiting.filter((frame) => frame.stream !== stream);
    for (const frame of dropped) if (frame.type === frameTypes.data) this.#giveCredit(frame.length);
  }

  #take(frame: Frame): void {
    const { type, stream } = frame;
    if (type === frameTypes.data) {
      if (this.#waiting.length === 0 && this.#hasRoom(frame)) this.#send(frame);
      else this.#waiting.push(frame);
    } else if (type === frameTypes.headers || type === frameTypes.continuation) {
      if (this.#waiting.some((each) => each.stream === stream)) this.#waiting.push(frame);
      else this.#send(frame);
    } else if (type === frameTypes.goaway) this.#leave(frame);
    else {
      if (type === frameTypes.windowUpdate && stream === 0)
        this.#parts.credited(frame.bytes.readUInt32BE(frameHeadBytes));
      if (type === frameTypes.resetStream) {
        this.drop(stream);
        this.#parts.streams.close(stream);
        this.#parts.wasReset(stream);
      }
      this.#parts.output.add(frame.bytes);
    }
  }

  #hasRoom({ type, length }: Frame): boolean {
    return type !== frameTypes.data || length === 0 || length <= this.#parts.sender.window;
  }

  #send({ type, flags, stream, length, bytes }: Frame): void {
    const { output, sender, streams } = this.#parts;
    if (type === frameTypes.data) {
      sender.window -= length;
      output.add(bytes);
      this.#giveCredit(length);
    } else {
      this.#headers.push(bytes);
      if ((flags & frameFlags.endHeaders) === 0) {
        // The flag of the end is in the first frame, and means the last.
        return;
      }
      for (const part of this.#headers) output.add(part);
    }
    const first = this.#headers[0] ?? bytes;
    this.#headers = [];
    if (((first[flagsOffset] ?? 0) & frameFlags.endStream) !== 0) streams.endAnswer(stream);
  }

  #giveCredit(bytes: number): void {
    this.#sentBytes += bytes;
    if (this.#sentBytes < creditBytes) return;
    const credit = windowUpdateFrame(0, this.#sentBytes);
    this.#sentBytes = 0;
    // Not at once: Node's HTTP/2 is writing just now, and aborts the process if it is made to read.
    setImmediate(this.#parts.push, credit);
  }

  /** Node's HTTP/2 names the last stream that it knows of, and does not know of all. */
  #leave({ bytes }: Frame): void {
    const told = bytes.readUInt32BE(frameHeadBytes);
    const code = bytes.readUInt32BE(frameHeadBytes + 4);
    this.#parts.output.add(goawayFrame(Math.max(told, this.#parts.lastStream()), code));
    this.#parts.leaving(code);
  }
}
