import { findSoleMemory, largeBytes } from "../../core/sole-memory.ts";
import { byteLength, type PlainAnswer } from "../plain-protocols.ts";
import { spareMemory } from "../spare-memory.ts";
import { AnswerHead, trailerBlock } from "./answer-head.ts";
import type { CallStream, UnsentAnswer } from "./call-stream.ts";
import type { FrameOutput } from "./frame-output.ts";
import {
  defaultMaxFrameBytes,
  defaultWindowBytes,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  headerFrames,
  largestWindow,
  writeFrameHead,
} from "./frames.ts";

/** Sends the answers of a connection as fast as the client takes them. */
export class AnswerSender {
  /** What may still be sent on the connection, which every stream takes from. */
  window: number = defaultWindowBytes;
  /** What may be sent on a new stream. */
  streamWindow: number = defaultWindowBytes;
  /** The most bytes that the client takes in one frame. */
  maxFrameBytes: number = defaultMaxFrameBytes;
  readonly #output: FrameOutput;
  readonly #sent: (stream: CallStream) => void;
  /** The streams with an answer of which a part could not be sent yet, the next one first. */
  #waiting: CallStream[] = [];

  /** `sent` is told of each stream whose answer has gone out whole. */
  constructor(output: FrameOutput, sent: (stream: CallStream) => void) {
    this.#output = output;
    this.#sent = sent;
  }

  /** Sends an answer; what there is no room for goes out when there is. */
  send(
    stream: CallStream,
    answer: PlainAnswer,
    added: Readonly<Record<string, string>> | undefined,
  ): void {
    const { body } = answer;
    const length = byteLength(body);
    const head = new AnswerHead(answer, length, added);
    const trailers = answer.trailers === undefined ? undefined : trailerBlock(answer.trailers);
    const isAll = length === 0 && trailers === undefined;
    const isLarge = Math.max(head.bytes, trailers?.byteLength ?? 0) > defaultMaxFrameBytes;
    const fits =
      !isLarge &&
      (isAll || !this.#output.isFull) &&
      (length === 0 || (length <= stream.sendWindow && length <= this.window)) &&
      length < this.maxFrameBytes;
    const output = this.#output;
    if (isLarge) {
      const block = Buffer.allocUnsafe(head.bytes);
      output.add(headerFrames(stream.id, block.subarray(0, head.write(block, 0)), isAll));
      if (isAll) this.#sent(stream);
      else this.#wait(stream, { pieces: body, piece: 0, offset: 0, trailers });
      return;
    }
    const target = output.reserve(
      head.bytes + (fits ? length : 0) + (trailers?.byteLength ?? 0) + 3 * frameHeadBytes,
    );
    const start = output.offset;
    let end = head.write(target, start + frameHeadBytes);
    writeFrameHead(target, start, {
      length: end - start - frameHeadBytes,
      type: frameTypes.headers,
      flags: frameFlags.endHeaders | (isAll ? frameFlags.endStream : 0),
      stream: stream.id,
    });
    if (!fits) {
      output.advance(end);
      this.#wait(stream, { pieces: body, piece: 0, offset: 0, trailers });
      return;
    }
    if (length > 0) {
      end = writeFrameHead(target, end, {
        length,
        type: frameTypes.data,
        flags: trailers === undefined ? frameFlags.endStream : 0,
        stream: stream.id,
      });
      for (const piece of body) {
        target.set(piece, end);
        end += piece.byteLength;
      }
      this.window -= length;
    }
    if (trailers !== undefined) end = writeTrailers(target, end, { trailers, stream });
    output.advance(end);
    this.#sent(stream);
  }

  #wait(stream: CallStream, unsent: UnsentAnswer): void {
    stream.unsent = unsent;
    stream.idleChecks = 0;
    this.#waiting.push(stream);
    this.sendMore();
  }

  /** Opens the connection's window; returns false if it is then wider than a window can be. */
  open(bytes: number): boolean {
    this.window += bytes;
    return this.window <= largestWindow;
  }

  /** The bytes of the answers of which a part could not be sent yet. */
  get waitingBytes(): number {
    return this.#waiting.reduce((sum, { unsent }) => sum + byteLength(unsent?.pieces ?? []), 0);
  }

  /** Forgets a stream whose answer nobody takes. */
  drop(stream: CallStream): void {
    const place = this.#waiting.indexOf(stream);
    if (place !== -1) this.#waiting.splice(place, 1);
  }

  /** Sends what there is room for now, a frame of each stream in turn. */
  sendMore(): void {
    if (this.#waiting.length > 0) this.#output.gather(() => this.#sendWaiting());
  }

  #sendWaiting(): void {
    let blocked = 0;
    while (blocked < this.#waiting.length && !this.#output.isFull) {
      const stream = this.#waiting.shift();
      if (stream === undefined) return;
      const { unsent } = stream;
      if (unsent === undefined) continue;
      const piece = unsent.pieces[unsent.piece];
      const isEnd = piece === undefined || this.#sendPart(stream, piece, unsent);
      if (isEnd === "blocked") {
        blocked += 1;
        this.#waiting.push(stream);
      } else if (isEnd) this.#end(stream);
      else {
        blocked = 0;
        this.#waiting.push(stream);
      }
    }
  }

  /** Sends a frame of a piece; returns whether it was the last of the answer. */
  #sendPart(
    stream: CallStream,
    piece: Uint8Array,
    unsent: NonNullable<CallStream["unsent"]>,
  ): boolean | "blocked" {
    const left = piece.byteLength - unsent.offset;
    const room = Math.min(stream.sendWindow, this.window, this.maxFrameBytes);
    const length = Math.max(0, Math.min(left, room));
    if (length === 0 && left > 0) return "blocked";
    const { offset } = unsent;
    const isPieceEnd = length === left;
    const isBodyEnd = isPieceEnd && unsent.piece === unsent.pieces.length - 1;
    if (length > 0 || isBodyEnd) {
      const flags = isBodyEnd && unsent.trailers === undefined ? frameFlags.endStream : 0;
      this.#output.addPayload(
        { length, type: frameTypes.data, flags, stream: stream.id },
        piece.subarray(offset, offset + length),
        isPieceEnd ? () => giveBack(piece) : undefined,
      );
    }
    stream.sendWindow -= length;
    this.window -= length;
    stream.idleChecks = 0;
    unsent.offset = isPieceEnd ? 0 : offset + length;
    if (isPieceEnd) unsent.piece += 1;
    return isBodyEnd;
  }

  #end(stream: CallStream): void {
    const trailers = stream.unsent?.trailers;
    stream.unsent = undefined;
    if (trailers !== undefined) this.#output.add(headerFrames(stream.id, trailers, true));
    this.#sent(stream);
  }
}

function writeTrailers(
  target: Buffer,
  offset: number,
  { trailers, stream }: { readonly trailers: Buffer; readonly stream: CallStream },
): number {
  const start = writeFrameHead(target, offset, {
    length: trailers.byteLength,
    type: frameTypes.headers,
    flags: frameFlags.endHeaders | frameFlags.endStream,
    stream: stream.id,
  });
  target.set(trailers, start);
  return start + trailers.byteLength;
}

/** Gives memory that the call alone held to the next one, now that the system has what was in it. */
function giveBack(piece: Uint8Array): void {
  if (piece.byteLength < largeBytes || piece.byteLength !== piece.buffer.byteLength) return;
  const memory = findSoleMemory(piece.buffer);
  if (memory !== undefined) spareMemory.giveBack(memory);
}
