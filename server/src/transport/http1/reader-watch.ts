import type net from "node:net";

/** Closes a connection whose client does not take its answers. */
export class ReaderWatch {
  readonly #socket: net.Socket;
  readonly #ms: number;
  #watching = false;

  /** `ms`: how long a client may take no byte of what waits for it. */
  constructor(socket: net.Socket, ms: number) {
    this.#socket = socket;
    this.#ms = ms;
  }

  /** Begins to watch. */
  start(): void {
    if (this.#watching) return;
    this.#watching = true;
    // This timer counts a large write that is under way as progress, which its length does not.
    this.#socket.setTimeout(this.#ms, this.#stopped);
  }

  /** Ends what `start` began. */
  stop(): void {
    if (this.#watching) this.#socket.setTimeout(0, this.#stopped);
    this.#watching = false;
  }

  readonly #stopped = (): void => {
    if (this.#socket.writableLength > 0) this.#socket.destroy();
  };
}
