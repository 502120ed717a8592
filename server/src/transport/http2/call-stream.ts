import type { IncomingHttpHeaders } from "node:http2";
import type { BodySource, Exchange } from "../exchange.ts";
import type { PlainAnswer } from "../plain-protocols.ts";

/** What a stream asks of its connection. */
export interface CallStreamHost {
  /** Sends an answer. */
  answer(stream: CallStream, answer: PlainAnswer, added: AddedHeaders): void;
}

type AddedHeaders = Readonly<Record<string, string>> | undefined;

/** What a stream begins with. */
export interface CallStreamParts {
  readonly id: number;
  readonly headers: IncomingHttpHeaders;
  /** What the client may send. */
  readonly receiveBytes: number;
  /** What the server may send. */
  readonly sendBytes: number;
}

/** What is left to send of an answer whose window or whose connection is full. */
export interface UnsentAnswer {
  readonly pieces: readonly Uint8Array[];
  /** The piece that is next, and where its rest begins. */
  piece: number;
  offset: number;
  readonly trailers: Buffer | undefined;
}

type BodyListeners = {
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
};

/** A call whose frames the server reads and writes itself. */
export class CallStream implements Exchange, BodySource {
  readonly version = 2;
  readonly id: number;
  readonly headers: IncomingHttpHeaders;
  /** What may still come before the client is told that it may send more. */
  receiveWindow: number;
  /** What may still be sent; less than 0 where the client has made its windows smaller. */
  sendWindow: number;
  /** Whether the whole request has come. */
  hasRequest = false;
  /** Whether the answer was begun. */
  hasAnswer = false;
  /** What is left of it to send. */
  unsent: UnsentAnswer | undefined;
  /** A number for a while in which nothing happened; whoever counts sets it. */
  idleChecks = 0;
  readonly #host: CallStreamHost;
  #bodyBytes = 0;
  #data: BodyListeners["data"] | undefined;
  #end: BodyListeners["end"] | undefined;
  #closeListeners: (() => void)[] = [];
  #added: AddedHeaders;
  #isClosed = false;

  constructor(host: CallStreamHost, { id, headers, receiveBytes, sendBytes }: CallStreamParts) {
    this.#host = host;
    this.id = id;
    this.headers = headers;
    this.receiveWindow = receiveBytes;
    this.sendWindow = sendBytes;
  }

  get path(): string {
    return this.headers[":path"] ?? "";
  }

  get source(): BodySource {
    return this;
  }

  /** Whether nobody waits for an answer any more, or all of it is sent. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  on<Event extends "data" | "end">(event: Event, listener: BodyListeners[Event]): void;
  on(event: "data" | "end", listener: BodyListeners["data"] & BodyListeners["end"]): void {
    if (event === "data") this.#data = listener;
    else this.#end = listener;
  }

  off(event: "data" | "end"): void {
    if (event === "data") this.#data = undefined;
    else this.#end = undefined;
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.#added = headers;
  }

  send(answer: PlainAnswer): void {
    if (this.#isClosed || this.hasAnswer) return;
    this.hasAnswer = true;
    this.#host.answer(this, answer, this.#added);
  }

  /** Takes a piece of the body. */
  takeData(piece: Buffer): void {
    this.#bodyBytes += piece.byteLength;
    if (piece.byteLength > 0) this.#data?.(piece);
  }

  /** Takes the end of the request; returns false if it is not as long as its headers say. */
  takeEnd(): boolean {
    this.hasRequest = true;
    const told = this.headers["content-length"];
    if (told !== undefined && Number(told) !== this.#bodyBytes) return false;
    this.#end?.();
    return true;
  }

  /** Ends the call: it is answered, or its caller has left. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.unsent = undefined;
    this.#data = undefined;
    this.#end = undefined;
    for (const listener of this.#closeListeners) listener();
  }
}
