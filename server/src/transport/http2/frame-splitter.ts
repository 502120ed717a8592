import {
  type Frame,
  type FrameHead,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  readFrameHead,
} from "./frames.ts";

/** Takes the frames of a connection, in order. */
export interface FrameSink {
  /** A whole frame. */
  frame(frame: Frame): void;
  /** The beginning of a frame of DATA without padding, whose payload follows in pieces. */
  dataHead(head: FrameHead, bytes: Buffer): void;
  /** A piece of that payload; `isLast` with the one that completes it. */
  dataPiece(piece: Buffer, isLast: boolean): void;
  /** A frame larger than the limit, with everything after it: nothing is split from here on. */
  tooLarge(bytes: Buffer): void;
}

/** What a splitter may be told. */
export interface FrameSplitterOptions {
  /** The most bytes of a payload. */
  readonly maxFrameBytes: number;
  /** Whether DATA comes in pieces as they arrive, else as whole frames. */
  readonly dataInPieces: boolean;
}

/** Finds the frames in the bytes of a connection, however these are cut. */
export class FrameSplitter {
  readonly #sink: FrameSink;
  readonly #options: FrameSplitterOptions;
  /** The beginning of a frame whose rest has not come. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  /** So many bytes make the frame that has begun, or its head. */
  #wanted = frameHeadBytes;
  /** What is still to come of the payload that goes out in pieces. */
  #dataLeft = 0;
  #isOver = false;

  constructor(sink: FrameSink, options: FrameSplitterOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** Takes the next bytes. The sink gets views of them. */
  push(chunk: Buffer): void {
    let taken = 0;
    while (this.#begunBytes > 0 && taken < chunk.byteLength) {
      const end = Math.min(chunk.byteLength, taken + this.#wanted - this.#begunBytes);
      const begun = this.#gather(chunk.subarray(taken, end));
      taken = end;
      if (begun !== undefined) this.#split(begun);
    }
    if (taken < chunk.byteLength) this.#split(taken === 0 ? chunk : chunk.subarray(taken));
  }

  /** Adds to the frame that has begun, and gives it once it is whole, or its head is. */
  #gather(piece: Buffer): Buffer | undefined {
    this.#begun.push(piece);
    this.#begunBytes += piece.byteLength;
    if (this.#begunBytes < this.#wanted) return undefined;
    const bytes = Buffer.concat(this.#begun, this.#begunBytes);
    this.#begun = [];
    this.#begunBytes = 0;
    return bytes;
  }

  #keep(rest: Buffer, wanted: number): void {
    this.#begun = [rest];
    this.#begunBytes = rest.byteLength;
    this.#wanted = wanted;
  }

  #split(bytes: Buffer): void {
    if (this.#isOver) {
      this.#sink.tooLarge(bytes);
      return;
    }
    const { length: end } = bytes;
    let offset = 0;
    while (offset < end) {
      if (this.#dataLeft > 0) {
        const length = Math.min(this.#dataLeft, end - offset);
        this.#dataLeft -= length;
        this.#sink.dataPiece(bytes.subarray(offset, offset + length), this.#dataLeft === 0);
        offset += length;
        continue;
      }
      if (end - offset < frameHeadBytes) {
        this.#keep(bytes.subarray(offset), frameHeadBytes);
        return;
      }
      const head = readFrameHead(bytes, offset);
      const payload = offset + frameHeadBytes;
      if (head.length > this.#options.maxFrameBytes) {
        this.#isOver = true;
        this.#sink.tooLarge(bytes.subarray(offset));
        return;
      }
      if (this.#goesInPieces(head)) {
        this.#sink.dataHead(head, bytes.subarray(offset, payload));
        if (head.length === 0) this.#sink.dataPiece(bytes.subarray(payload, payload), true);
        this.#dataLeft = head.length;
        offset = payload;
        continue;
      }
      const next = payload + head.length;
      if (next > end) {
        this.#keep(bytes.subarray(offset), frameHeadBytes + head.length);
        return;
      }
      this.#sink.frame({ ...head, bytes: bytes.subarray(offset, next) });
      offset = next;
    }
  }

  #goesInPieces({ type, flags }: FrameHead): boolean {
    return (
      this.#options.dataInPieces && type === frameTypes.data && (flags & frameFlags.padded) === 0
    );
  }
}
