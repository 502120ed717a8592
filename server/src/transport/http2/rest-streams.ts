import { StreamMap } from "../session-streams.ts";

interface RestStream {
  hasRequest: boolean;
  hasAnswer: boolean;
}

/** The open streams of a connection that are left to Node's HTTP/2, by their ids. */
export class RestStreams {
  readonly #open = new StreamMap<RestStream>();

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  has(stream: number): boolean {
    return this.#open.has(stream);
  }

  /** Opens a stream, whose request may be whole already. */
  open(stream: number, hasRequest: boolean): void {
    this.#open.set(stream, { hasRequest, hasAnswer: false });
  }

  /** Notes that the client sends nothing more. */
  endRequest(stream: number): void {
    const found = this.#open.get(stream);
    if (found === undefined) return;
    found.hasRequest = true;
    if (found.hasAnswer) this.#open.delete(stream);
  }

  /** Notes that the server sends nothing more. */
  endAnswer(stream: number): void {
    const found = this.#open.get(stream);
    if (found === undefined) return;
    found.hasAnswer = true;
    if (found.hasRequest) this.#open.delete(stream);
  }

  /** Forgets a stream that was reset. */
  close(stream: number): void {
    this.#open.delete(stream);
  }
}
