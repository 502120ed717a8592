import type net from "node:net";

/** Of requests that wait for the answer to another, so much is read ahead. */
const maxAheadBytes = 64 * 1024;

/** What has come on a connection and waits to be read. */
export class UnreadBytes {
  /** Undefined when nothing waits. */
  bytes: Buffer | undefined;
  readonly #socket: net.Socket;
  #paused = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  /** Adds what has come. */
  add(chunk: Buffer): void {
    this.bytes = this.bytes === undefined ? chunk : Buffer.concat([this.bytes, chunk]);
  }

  /** Counts the first bytes as read. */
  skip(length: number): void {
    if (this.bytes !== undefined)
      this.bytes = length < this.bytes.length ? this.bytes.subarray(length) : undefined;
  }

  /** Lets more come, or not, by how much waits already. */
  regulate(): void {
    const isFarAhead = this.bytes !== undefined && this.bytes.length > maxAheadBytes;
    if (isFarAhead === this.#paused) return;
    this.#paused = isFarAhead;
    if (isFarAhead) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Pauses the connection and puts everything back on it, behind a head, in Latin-1, that was read. */
  putBack(head = ""): void {
    this.#socket.pause();
    if (this.bytes !== undefined) this.#socket.unshift(this.bytes);
    if (head !== "") this.#socket.unshift(Buffer.from(head, "latin1"));
    this.bytes = undefined;
    this.#paused = false;
  }
}
