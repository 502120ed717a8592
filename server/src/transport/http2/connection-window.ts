import { defaultWindowBytes } from "./frames.ts";

/** What a client may still send on a connection, on all of its streams together. */
export class ConnectionWindow {
  readonly #wholeBytes: number;
  #left = defaultWindowBytes;
  #used = 0;

  /** At the latest when a half of so many bytes has come, the client may send as many more. */
  constructor(wholeBytes: number) {
    this.#wholeBytes = wholeBytes;
  }

  /** Notes that so many bytes have come; returns false if the client was not allowed to send them. */
  receive(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** Notes that bytes which have come take no room any more; gives how many to tell the client of, or 0. */
  free(bytes: number): number {
    this.#used += bytes;
    if (this.#used * 2 < this.#wholeBytes) return 0;
    const freed = this.#used;
    this.#used = 0;
    this.open(freed);
    return freed;
  }

  /** Notes that the client was told that it may send so many bytes more. */
  open(bytes: number): void {
    this.#left += bytes;
  }
}
