import type net from "node:net";
import { http1Linger } from "../early-answer.ts";

/** The rest of a body whose answer was early: it is read and dropped, as `lingerAfterAnswer` does. */
export class BodyRest {
  readonly #socket: net.Socket;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  /** Begins to wait for a rest, for as long as that may take. */
  begin(): void {
    this.#dropped = 0;
    this.#timer = setTimeout(() => this.#socket.destroy(), http1Linger.ms);
    this.#timer.unref();
  }

  /** Drops so many bytes, and tells whether there may be more. */
  drop(length: number): boolean {
    this.#dropped += length;
    return this.#dropped <= http1Linger.bytes;
  }

  /** Stops waiting. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
