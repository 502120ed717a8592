import type net from "node:net";
import tls from "node:tls";
import { type FrameHead, frameHeadBytes, writeFrameHead } from "./frames.ts";

/** Bytes of memory that small frames are gathered in. */
const gatheringBytes: number = 16 * 1024;

/** With so many bytes waiting for the client, it gets nothing more. */
const fullBytes: number = 512 * 1024;

/** What is larger goes out as it is, and is not copied. */
const copiedBytes: number = 16 * 1024;

/**
 * Writes the frames of one connection: everything that is ready within a turn of
 * the event loop goes out in one piece, as each write to a socket costs more than
 * most answers do. Frames are written whole, in the order in which they come.
 */
export class FrameOutput {
  readonly #socket: net.Socket;
  readonly #isCleartext: boolean;
  #memory: Buffer = Buffer.alloc(0);
  /** Where the frames begin that are not written yet, and where they end. */
  #start = 0;
  #end = 0;
  #isAsked = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    this.#isCleartext = !(socket instanceof tls.TLSSocket);
  }

  /** Whether the client has so much to take that it should be given nothing more. */
  get isFull(): boolean {
    return this.#socket.writableLength >= fullBytes && this.#socket.writableNeedDrain;
  }

  /** Whether the connection can still be written to. */
  get isOpen(): boolean {
    return this.#socket.writable;
  }

  /** Adds a frame, or several. */
  add(frames: Uint8Array): void {
    const target = this.reserve(frames.byteLength);
    target.set(frames, this.#end);
    this.advance(this.#end + frames.byteLength);
  }

  /**
   * Adds a frame whose payload is copied if it is small; else it must stay as it is until `written`
   * is called: when the system has it, which may be never.
   */
  addPayload(head: FrameHead, payload: Uint8Array, written?: () => void): void {
    const isCopied = payload.byteLength < copiedBytes && written === undefined;
    const target = this.reserve(frameHeadBytes + (isCopied ? payload.byteLength : 0));
    const offset = writeFrameHead(target, this.#end, head);
    if (isCopied) {
      target.set(payload, offset);
      this.advance(offset + payload.byteLength);
      return;
    }
    this.advance(offset);
    const socket = this.#socket;
    socket.cork();
    this.flush();
    if (written === undefined) socket.write(payload);
    else
      socket.write(payload, (error) => {
        if (error === null || error === undefined) written();
      });
    socket.uncork();
  }

  /** Writes what is added meanwhile with one call of the system, as far as that can be. */
  gather(add: () => void): void {
    this.#socket.cork();
    add();
    this.flush();
    this.#socket.uncork();
  }

  /** Makes room for so many bytes; they are to be written from `offset` on, and then told to `advance`. */
  reserve(bytes: number): Buffer {
    if (this.#memory.byteLength - this.#end < bytes) {
      this.flush();
      this.#memory = Buffer.allocUnsafeSlow(Math.max(bytes, gatheringBytes));
      this.#start = 0;
      this.#end = 0;
    }
    if (!this.#isAsked) {
      this.#isAsked = true;
      // After everything else that is ready just now: a batch answers many calls at once.
      process.nextTick(flushOutput, this);
    }
    return this.#memory;
  }

  /** Where the next byte belongs. */
  get offset(): number {
    return this.#end;
  }

  /** Tells how far the reserved bytes were written. */
  advance(end: number): void {
    this.#end = end;
  }

  /** Writes everything that was added. */
  flush(): void {
    this.#isAsked = false;
    const socket = this.#socket;
    if (this.#end === this.#start || !socket.writable) return;
    const bytes = this.#memory.subarray(this.#start, this.#end);
    this.#start = this.#end;
    socket.write(bytes);
    // Then the system has taken all of it, and the memory is free. TLS tells nothing like that.
    if (this.#isCleartext && socket.writableLength === 0) {
      this.#start = 0;
      this.#end = 0;
    }
  }
}

function flushOutput(output: FrameOutput): void {
  output.flush();
}
