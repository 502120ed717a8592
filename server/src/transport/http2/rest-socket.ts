import { Duplex } from "node:stream";

/** What happens to what Node's HTTP/2 writes. */
export interface RestSocketEvents {
  /** Takes bytes, and calls back when more are wanted. */
  readonly write: (bytes: Buffer, done: () => void) => void;
  /** Nothing more will be written. */
  readonly ended: () => void;
}

/**
 * The connection as Node's HTTP/2 sees it: the frames that the server does not take
 * itself. What is pushed comes from the client; what Node writes goes to the events.
 */
export class RestSocket extends Duplex {
  readonly #events: RestSocketEvents;
  #hasEnded = false;

  constructor(events: RestSocketEvents) {
    super({ allowHalfOpen: false, emitClose: true });
    this.#events = events;
  }

  /** Nothing is read on demand: windows bound what a client sends. */
  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#events.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#end();
    done(error);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.ended();
  }
}
