import type { IncomingHttpHeaders } from "node:http";
import type { BodySource, Exchange } from "../exchange.ts";
import type { PlainAnswer } from "../plain-protocols.ts";
import type { RequestHead } from "./request-head.ts";

/** The connection of an exchange, as far as that needs it. */
export interface AnswerTaker {
  /** Writes the answer of an exchange, unless it is over. */
  answer(exchange: DirectExchange, answer: PlainAnswer): void;
}

/**
 * A request that was read past Node's HTTP, and its answer. It is the source of its body too, and
 * takes one listener for each event of that.
 */
export class DirectExchange implements Exchange, BodySource {
  readonly version = 1;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** What `addHeaders` was given. */
  added: Readonly<Record<string, string>> | undefined;
  readonly #connection: AnswerTaker;
  #takeData: ((chunk: Buffer) => void) | undefined;
  #takeEnd: (() => void) | undefined;
  #takeClose: (() => void)[] | undefined;

  constructor(connection: AnswerTaker, { path, headers }: RequestHead) {
    this.#connection = connection;
    this.path = path;
    this.headers = headers;
  }

  get source(): BodySource {
    return this;
  }

  on(event: "data", listener: (chunk: Buffer) => void): this;
  on(event: "end", listener: () => void): this;
  on(event: "data" | "end", listener: (chunk: Buffer) => void): this;
  on(event: "data" | "end", listener: ((chunk: Buffer) => void) & (() => void)): this {
    if (event === "data") this.#takeData = listener;
    else this.#takeEnd = listener;
    return this;
  }

  off(event: "data" | "end", listener: unknown): this {
    if (event === "data" && this.#takeData === listener) this.#takeData = undefined;
    if (event === "end" && this.#takeEnd === listener) this.#takeEnd = undefined;
    return this;
  }

  onClose(listener: () => void): void {
    this.#takeClose ??= [];
    this.#takeClose.push(listener);
  }

  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.added = headers;
  }

  send(answer: PlainAnswer): void {
    this.#connection.answer(this, answer);
  }

  /** Hands on a piece of the body. */
  deliver(piece: Buffer): void {
    this.#takeData?.(piece);
  }

  /** Tells that the body has come to its end. */
  end(): void {
    this.#takeEnd?.();
  }

  /** Tells, once, that the caller has left or everything is over. */
  close(): void {
    const listeners = this.#takeClose;
    if (listeners === undefined) return;
    this.#takeClose = undefined;
    for (const listener of listeners) listener();
  }
}
