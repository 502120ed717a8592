import type net from "node:net";
import { http1Linger } from "../early-answer.ts";
import type { PlainAnswer } from "../plain-protocols.ts";
import { BodyRest } from "./body-rest.ts";
import { refuseClient } from "./client-refusal.ts";
import { type AnswerTaker, DirectExchange } from "./direct-exchange.ts";
import type { DirectConnection, DirectShared } from "./direct-shared.ts";
import { HeadReader } from "./head-reader.ts";
import { ReaderWatch } from "./reader-watch.ts";
import type { RequestHead } from "./request-head.ts";
import { UnreadBytes } from "./unread-bytes.ts";

/** Serves a connection, until it closes or brings something else and is left to Node for good. */
export function createDirectConnection(socket: net.Socket, shared: DirectShared): DirectConnection {
  return new DirectConnectionImplementation(socket, shared);
}

type Phase =
  /** Between two requests, or in the head of one. */
  | "idle"
  | "body"
  /** The request is whole, its answer is not there yet. */
  | "answering"
  /** The answer is sent, the rest of the body is dropped. */
  | "lingering"
  /** Nothing is read any more. */
  | "over";

/** What Node adds to the time that it tells clients, so that they close first. */
const keepAliveSlackMs = 1000;

class DirectConnectionImplementation implements DirectConnection, AnswerTaker {
  readonly #socket: net.Socket;
  readonly #shared: DirectShared;
  readonly #unread: UnreadBytes;
  readonly #heads = new HeadReader();
  readonly #rest: BodyRest;
  readonly #readerWatch: ReaderWatch;
  #phase: Phase = "idle";
  #advancing = false;
  /** The newest request, and its head. */
  #head: RequestHead | undefined;
  #exchange: DirectExchange | undefined;
  /** The bytes of the body that have not come yet. */
  #missing = 0;
  #closing = false;
  /** Checks since a request or a pause began: cheaper than the time, and exact enough. */
  #checks = 0;

  constructor(socket: net.Socket, shared: DirectShared) {
    this.#socket = socket;
    this.#shared = shared;
    this.#unread = new UnreadBytes(socket);
    this.#rest = new BodyRest(socket);
    this.#readerWatch = new ReaderWatch(socket, shared.keepAliveMs);
    socket.on("data", this.#onData).on("end", this.#onEnd);
    socket.on("drain", this.#onDrain).on("close", this.#onClose);
  }

  check(): void {
    const age = this.#checks * this.#shared.checkMs;
    this.#checks += 1;
    const { keepAliveMs, requestMs } = this.#shared;
    if (this.#phase === "body" && age >= requestMs) this.#refuse(408);
    else if (keepAliveMs > 0 && age >= keepAliveMs && this.#socket.writableLength > 0)
      this.#readerWatch.start();
    else if (this.#phase !== "idle" || this.#socket.writableNeedDrain) return;
    // A slow head is Node's to time.
    else if (this.#unread.bytes !== undefined) this.#leave();
    else if (keepAliveMs > 0 && age >= keepAliveMs + keepAliveSlackMs) this.#socket.destroy();
  }

  closeWhenIdle(): void {
    this.#closing = true;
    if (this.#phase !== "idle") return;
    if (this.#unread.bytes === undefined) this.#finish();
    else if (!this.#socket.writableNeedDrain) this.#leave();
  }

  answer(exchange: DirectExchange, answer: PlainAnswer): void {
    if (this.#exchange !== exchange || this.#phase === "over") return;
    this.#closing ||= this.#shared.ending || this.#missing > http1Linger.bytes;
    const parts = { answer, added: exchange.added, close: this.#closing };
    this.#shared.answers.write(this.#socket, parts);
    this.#exchange = undefined;
    this.#checks = 0;
    exchange.close();
    if (this.#missing === 0) this.#goOn();
    else {
      this.#phase = "lingering";
      this.#rest.begin();
      if (this.#closing) this.#socket.end();
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#phase === "over") return;
    this.#unread.add(chunk);
    this.#advance();
  };

  // As Node does: a client that ends its side has left, except that it may have sent half a request.
  readonly #onEnd = (): void => {
    if (this.#phase === "over") return;
    const isWithinHead = this.#phase === "idle" && this.#unread.bytes !== undefined;
    if (this.#phase === "body" || (isWithinHead && !this.#socket.writableNeedDrain))
      this.#refuse(400);
    else if (this.#phase === "lingering") this.#finish();
    else {
      this.#phase = "over";
      this.#socket.end();
    }
  };

  readonly #onDrain = (): void => this.#advance();

  readonly #onClose = (): void => {
    this.#phase = "over";
    this.#unread.bytes = undefined;
    this.#rest.end();
    this.#shared.over(this);
    this.#exchange?.close();
  };

  /** Works through what has come, as far as that goes now. */
  #advance(): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (this.#unread.bytes !== undefined && this.#step(this.#unread.bytes));
    this.#advancing = false;
    this.#unread.regulate();
  }

  /** Takes one step, and tells whether there may be another. */
  #step(bytes: Buffer): boolean {
    if (this.#phase === "idle") return this.#begin(bytes);
    if (this.#phase !== "body" && this.#phase !== "lingering") return false;
    this.#takeBody(bytes);
    return true;
  }

  #begin(bytes: Buffer): boolean {
    // Its answers have to be taken first.
    if (this.#socket.writableNeedDrain) return false;
    const head = this.#heads.read(bytes);
    if (head === "begun") return false;
    if (head === "other") this.#leave();
    else this.#beginCall(head);
    return true;
  }

  #beginCall(head: RequestHead): void {
    const exchange = new DirectExchange(this, head);
    this.#head = head;
    this.#exchange = exchange;
    this.#phase = "body";
    this.#missing = head.contentLength;
    this.#checks = 0;
    this.#unread.skip(head.text.length);
    if (!this.#isTaken(exchange)) this.#leave();
    else if (this.#missing === 0) this.#endBody(exchange);
  }

  #isTaken(exchange: DirectExchange): boolean {
    try {
      return this.#shared.takeCall(exchange);
    } catch {
      // It fails again on its way through Node, where that is answered and reported.
      return false;
    }
  }

  #takeBody(bytes: Buffer): void {
    const missing = this.#missing;
    const piece = bytes.length <= missing ? bytes : bytes.subarray(0, missing);
    this.#unread.skip(piece.length);
    this.#missing = missing - piece.length;
    const exchange = this.#exchange;
    if (exchange === undefined) this.#drop(piece.length);
    else {
      exchange.deliver(piece);
      if (this.#missing === 0 && this.#exchange === exchange) this.#endBody(exchange);
    }
  }

  #endBody(exchange: DirectExchange): void {
    this.#phase = "answering";
    exchange.end();
  }

  #drop(length: number): void {
    const goesOn = this.#rest.drop(length);
    if (this.#missing === 0) {
      this.#rest.end();
      this.#goOn();
    } else if (!goesOn) {
      this.#phase = "over";
      this.#socket.pause();
      this.#socket.end();
    }
  }

  /** Turns to the next request, if there is to be one. */
  #goOn(): void {
    if (this.#closing) this.#finish();
    else {
      this.#phase = "idle";
      this.#head = undefined;
      if (this.#unread.bytes !== undefined) this.#advance();
    }
  }

  #finish(): void {
    this.#phase = "over";
    this.#unread.bytes = undefined;
    this.#socket.destroySoon();
  }

  #refuse(status: number): void {
    this.#phase = "over";
    this.#unread.bytes = undefined;
    refuseClient(this.#socket, status);
  }

  /** Puts back what has come of a request, its head ahead, and leaves the connection to Node. */
  #leave(): void {
    const socket = this.#socket;
    this.#phase = "over";
    this.#exchange = undefined;
    socket.off("data", this.#onData).off("end", this.#onEnd);
    socket.off("drain", this.#onDrain).off("close", this.#onClose);
    this.#readerWatch.stop();
    this.#shared.over(this);
    if (socket.destroyed || socket.readableEnded) return;
    this.#unread.putBack(this.#head?.text);
    this.#shared.leave(socket);
    socket.resume();
  }
}
