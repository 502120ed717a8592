import type { IncomingHttpHeaders } from "node:http2";
import { http2Linger } from "../early-answer.ts";
import type { CallTaker } from "../exchange.ts";
import type { PlainAnswer } from "../plain-protocols.ts";
import { StreamMap } from "../session-streams.ts";
import { AnswerSender } from "./answer-sender.ts";
import { CallStream, type CallStreamHost } from "./call-stream.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { FrameOutput } from "./frame-output.ts";
import { errorCodes, largestWindow, resetFrame, windowUpdateFrame } from "./frames.ts";
import type { Patience } from "./patience.ts";

/** What the open calls of a connection work with. */
export interface OpenCallsParts {
  readonly output: FrameOutput;
  readonly takeCall: CallTaker;
  /** Bytes that a client may send ahead on one call. */
  readonly streamWindowBytes: number;
  /** Is told of every call that is over. */
  readonly closed: () => void;
}

/** Streams that the server has reset are known for so many resets: what is under way to them is no offence. */
const rememberedResets = 256;

/** The open calls of one connection that go past Node's HTTP/2. */
export class OpenCalls implements CallStreamHost {
  readonly sender: AnswerSender;
  readonly #parts: OpenCallsParts;
  readonly #calls = new StreamMap<CallStream>();
  readonly #resets: number[] = [];

  constructor(parts: OpenCallsParts) {
    this.#parts = parts;
    this.sender = new AnswerSender(parts.output, (call) => this.#answered(call));
  }

  /** How many there are. */
  get size(): number {
    return this.#calls.size;
  }

  find(stream: number): CallStream | undefined {
    return this.#calls.get(stream);
  }

  /** Opens a call; returns false for one that is not of the common kind. */
  open(stream: number, headers: IncomingHttpHeaders): boolean {
    const call = new CallStream(this, {
      id: stream,
      headers,
      receiveBytes: this.#parts.streamWindowBytes,
      sendBytes: this.sender.streamWindow,
    });
    if (!this.#parts.takeCall(call)) return false;
    this.#calls.set(stream, call);
    return true;
  }

  answer(
    call: CallStream,
    answer: PlainAnswer,
    added: Readonly<Record<string, string>> | undefined,
  ): void {
    if (this.#parts.output.isOpen) this.sender.send(call, answer, added);
  }

  /** Notes that so many bytes have come on a call's stream. */
  receive(call: CallStream, bytes: number): void {
    const { output, streamWindowBytes } = this.#parts;
    call.receiveWindow -= bytes;
    if (call.receiveWindow < 0) this.reset(call.id, errorCodes.flowControlError);
    else if (call.receiveWindow * 2 <= streamWindowBytes) {
      output.add(windowUpdateFrame(call.id, streamWindowBytes - call.receiveWindow));
      call.receiveWindow = streamWindowBytes;
    }
  }

  /** Opens the window of a call's answer. */
  widen(call: CallStream, bytes: number): void {
    call.sendWindow += bytes;
    if (call.sendWindow > largestWindow) this.reset(call.id, errorCodes.flowControlError);
    else this.sender.sendMore();
  }

  /** The request of a call is whole. */
  finish(call: CallStream): void {
    if (!call.takeEnd()) this.reset(call.id, errorCodes.protocolError);
    else if (call.hasAnswer && call.unsent === undefined) this.abandon(call);
  }

  /** Ends a stream with a code, and the call on it. */
  reset(stream: number, code: number): void {
    this.#parts.output.add(resetFrame(stream, code));
    this.noteReset(stream);
    const call = this.#calls.get(stream);
    if (call !== undefined) this.abandon(call);
  }

  /** Ends a call that is over, or that nobody waits for. */
  abandon(call: CallStream): void {
    this.#calls.delete(call.id);
    this.sender.drop(call);
    call.close();
    this.#parts.closed();
  }

  /** Ends all of them. */
  abandonAll(): void {
    for (const call of this.#calls.values()) this.abandon(call);
  }

  /** Follows the client's settings; returns false if a window is then wider than one can be. */
  configure({ streamWindow, maxFrameBytes }: ClientSettings): boolean {
    const { sender } = this;
    if (maxFrameBytes !== undefined) sender.maxFrameBytes = maxFrameBytes;
    if (streamWindow === undefined) return true;
    for (const call of this.#calls.values()) {
      call.sendWindow += streamWindow - sender.streamWindow;
      if (call.sendWindow > largestWindow) return false;
    }
    sender.streamWindow = streamWindow;
    sender.sendMore();
    return true;
  }

  /** Gives up the calls whose client has done nothing for too long. */
  check({ requestChecks, answerChecks }: Patience): void {
    for (const call of this.#calls.values()) {
      call.idleChecks += 1;
      const isSlow = call.hasAnswer
        ? call.unsent !== undefined && call.idleChecks > answerChecks
        : !call.hasRequest && call.idleChecks > requestChecks;
      if (isSlow) this.reset(call.id, errorCodes.cancel);
    }
  }

  /** Notes that the server has reset a stream. */
  noteReset(stream: number): void {
    this.#resets.push(stream);
    if (this.#resets.length > rememberedResets) this.#resets.shift();
  }

  /** Whether the server has reset a stream lately, which its client may not know yet. */
  wasReset(stream: number): boolean {
    return this.#resets.includes(stream);
  }

  /** A call's answer has gone out whole. */
  #answered(call: CallStream): void {
    if (call.hasRequest) {
      this.abandon(call);
      return;
    }
    // The client may not look at the answer before it has sent what it has to send.
    call.off("data");
    call.off("end");
    const timer = setTimeout(() => {
      if (!call.isClosed) this.reset(call.id, errorCodes.noError);
    }, http2Linger.ms);
    call.onClose(() => clearTimeout(timer));
  }
}
