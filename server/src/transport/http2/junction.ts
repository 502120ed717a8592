import type { IncomingHttpHeaders } from "node:http2";
import type net from "node:net";
import type { Duplex } from "node:stream";
import { http2Linger } from "../early-answer.ts";
import type { CallTaker } from "../exchange.ts";
import type { Http2Limits } from "../http2-limits.ts";
import { StreamMap } from "../session-streams.ts";
import { createAbuseGuard } from "./abuse-guard.ts";
import { AnswerSender } from "./answer-sender.ts";
import { CallStream, type CallStreamHost } from "./call-stream.ts";
import { ClientFrames, type ClientFramesHost } from "./client-frames.ts";
import type { ClientSettings } from "./client-settings.ts";
import { FrameOutput } from "./frame-output.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import {
  clientPreface,
  defaultMaxFrameBytes,
  defaultWindowBytes,
  errorCodes,
  type FrameHead,
  goawayFrame,
  largestWindow,
  resetFrame,
  windowUpdateFrame,
} from "./frames.ts";
import { createHeaderDecoder } from "./hpack/header-decoder.ts";
import { RestFrames } from "./rest-frames.ts";
import { RestSocket } from "./rest-socket.ts";
import { RestStreams } from "./rest-streams.ts";

/** What a junction works with. */
export interface JunctionOptions {
  readonly limits: Http2Limits;
  /** The most header fields of a request. */
  readonly maxHeaderFields: number;
  /** Takes calls of the common kind. */
  readonly takeCall: CallTaker;
}

/** How often a client may be looked at without having done anything, before it is given up. */
export interface Patience {
  /** Until its request is whole. */
  readonly requestChecks: number;
  /** While an answer waits for it. */
  readonly answerChecks: number;
}

/** One HTTP/2 connection whose calls of the common kind go past Node's HTTP/2. */
export interface Junction {
  /** The connection as Node's HTTP/2 is to see it: with everything else. */
  readonly rest: Duplex;
  /** Sends whole frames of the server's own. */
  write(frames: Buffer): void;
  /** Gives up calls, or the connection, that nothing has happened on for so many checks. */
  check(patience: Patience): void;
}

/** Ids of streams that the server has reset are known for so many resets: what is under way to them is no offence. */
const rememberedResets = 256;

/** Milliseconds that a client has to close its side of a connection that has failed. */
const leavingMs = 1000;

/** Takes over a connection, whose client's preface is still to be read. */
export function createJunction(socket: net.Socket, options: JunctionOptions): Junction {
  return new JunctionImplementation(socket, options);
}

class JunctionImplementation implements Junction, CallStreamHost, ClientFramesHost {
  readonly rest: RestSocket;
  readonly #socket: net.Socket;
  readonly #options: JunctionOptions;
  readonly #output: FrameOutput;
  readonly #sender: AnswerSender;
  readonly #calls = new StreamMap<CallStream>();
  readonly #restStreams = new RestStreams();
  readonly #restFrames: RestFrames;
  readonly #client: ClientFrames;
  readonly #splitter: FrameSplitter;
  readonly #reset: number[] = [];
  /** What may still come on the connection, and what of it is to be told to the client. */
  #receiveWindow = defaultWindowBytes;
  #unused = 0;
  #prefaceLeft = clientPreface.byteLength;
  #stage: "serving" | "leaving" | "over" = "serving";
  #writtenBefore = 0;
  #stuckChecks = 0;
  #hasBegun = false;

  constructor(socket: net.Socket, options: JunctionOptions) {
    const { limits } = options;
    this.#socket = socket;
    this.#options = options;
    this.#output = new FrameOutput(socket);
    this.#sender = new AnswerSender(this.#output, (stream) => this.#answered(stream));
    this.rest = new RestSocket({
      write: (bytes, done) => this.#takeRest(bytes, done),
      ended: () => this.#leave(),
    });
    this.#restFrames = new RestFrames({
      output: this.#output,
      sender: this.#sender,
      streams: this.#restStreams,
      push: (bytes) => this.pass(bytes),
      lastStream: () => this.#client.lastStream,
      credited: (bytes) => {
        this.#receiveWindow += bytes;
      },
      wasReset: (stream) => this.#noteReset(stream),
      leaving: (code) => {
        if (code !== errorCodes.noError) this.#closeCalls();
      },
    });
    this.#client = new ClientFrames({
      host: this,
      decoder: createHeaderDecoder({
        maxListBytes: limits.maxHeaderListBytes,
        maxFields: options.maxHeaderFields,
      }),
      guard: createAbuseGuard(limits),
      rest: this.#restStreams,
      maxBlockBytes: 2 * limits.maxHeaderListBytes,
    });
    this.#splitter = new FrameSplitter(this.#client, {
      maxFrameBytes: defaultMaxFrameBytes,
      dataInPieces: true,
    });
    socket.on("data", (chunk: Buffer) => this.#takeClient(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("end", () => this.rest.push(null));
    socket.on("close", () => {
      this.#stage = "over";
      this.#closeCalls();
      this.rest.destroy();
    });
  }

  write(frames: Buffer): void {
    this.#output.add(frames);
  }

  check({ requestChecks, answerChecks }: Patience): void {
    for (const call of this.#calls.values()) {
      call.idleChecks += 1;
      const isSlow = call.hasAnswer
        ? call.unsent !== undefined && call.idleChecks > answerChecks
        : !call.hasRequest && call.idleChecks > requestChecks;
      if (isSlow) this.reset(call.id, errorCodes.cancel);
    }
    const { bytesWritten, writableLength } = this.#socket;
    const isStuck = writableLength > 0 && bytesWritten === this.#writtenBefore;
    this.#writtenBefore = bytesWritten;
    this.#stuckChecks = isStuck ? this.#stuckChecks + 1 : 0;
    if (this.#stuckChecks > answerChecks) this.#socket.destroy();
  }

  // What calls ask.

  answer(...[stream, answer, added]: Parameters<CallStreamHost["answer"]>): void {
    if (this.#output.isOpen) this.#sender.send(stream, answer, added);
  }

  // What the frames of the client do.

  find(stream: number): CallStream | undefined {
    return this.#calls.get(stream);
  }

  hasRoom(): boolean {
    return this.#calls.size + this.#restStreams.size < this.#options.limits.maxConcurrentStreams;
  }

  takeCall(stream: number, headers: IncomingHttpHeaders): boolean {
    if (this.#stage !== "serving") return false;
    const call = new CallStream(this, {
      id: stream,
      headers,
      receiveBytes: this.#options.limits.streamWindowBytes,
      sendBytes: this.#sender.streamWindow,
    });
    if (!this.#options.takeCall(call)) return false;
    this.#calls.set(stream, call);
    return true;
  }

  receive({ length, stream }: FrameHead, call: CallStream | undefined): void {
    this.#receiveWindow -= length;
    if (this.#receiveWindow < 0) this.fail(errorCodes.flowControlError);
    if (this.#restStreams.has(stream)) return;
    this.#unused += length;
    const { connectionWindowBytes, streamWindowBytes } = this.#options.limits;
    if (this.#unused * 2 >= connectionWindowBytes) {
      this.#output.add(windowUpdateFrame(0, this.#unused));
      this.#receiveWindow += this.#unused;
      this.#unused = 0;
    }
    if (call === undefined) return;
    call.receiveWindow -= length;
    call.idleChecks = 0;
    if (call.receiveWindow < 0) this.reset(stream, errorCodes.flowControlError);
    else if (call.receiveWindow * 2 <= streamWindowBytes) {
      this.#output.add(windowUpdateFrame(stream, streamWindowBytes - call.receiveWindow));
      call.receiveWindow = streamWindowBytes;
    }
  }

  wasReset(stream: number): boolean {
    return this.#reset.includes(stream);
  }

  reset(stream: number, code: number): void {
    this.#output.add(resetFrame(stream, code));
    this.#noteReset(stream);
    const call = this.#calls.get(stream);
    if (call !== undefined) this.abandon(call);
  }

  abandon(call: CallStream): void {
    this.#calls.delete(call.id);
    this.#sender.drop(call);
    call.close();
    this.#endIfDone();
  }

  open(call: CallStream | undefined, bytes: number): void {
    if (call === undefined) {
      if (!this.#sender.open(bytes)) {
        this.fail(errorCodes.flowControlError);
        return;
      }
      this.#restFrames.sendMore();
    } else {
      call.sendWindow += bytes;
      if (call.sendWindow > largestWindow) this.reset(call.id, errorCodes.flowControlError);
    }
    this.#sender.sendMore();
  }

  finish(call: CallStream): void {
    if (!call.takeEnd()) this.reset(call.id, errorCodes.protocolError);
    else if (call.hasAnswer && call.unsent === undefined) this.abandon(call);
  }

  configure({ streamWindow, maxFrameBytes }: ClientSettings): void {
    const sender = this.#sender;
    if (maxFrameBytes !== undefined) sender.maxFrameBytes = maxFrameBytes;
    if (streamWindow === undefined) return;
    for (const call of this.#calls.values()) call.sendWindow += streamWindow - sender.streamWindow;
    sender.streamWindow = streamWindow;
    sender.sendMore();
  }

  pass(bytes: Buffer): void {
    if (!this.rest.destroyed && !this.rest.readableEnded) this.rest.push(bytes);
  }

  fail(code: number): void {
    if (this.#stage === "over") return;
    this.#stage = "over";
    this.#output.add(goawayFrame(this.#client.lastStream, code));
    this.#end();
    this.#closeCalls();
    this.rest.destroy();
  }

  // What comes over the socket, and from Node's HTTP/2.

  #takeClient(chunk: Buffer): void {
    if (this.#stage === "over") return;
    let frames = chunk;
    if (this.#prefaceLeft > 0) {
      const preface = chunk.subarray(0, this.#prefaceLeft);
      this.#prefaceLeft -= preface.byteLength;
      this.pass(preface);
      frames = chunk.subarray(preface.byteLength);
    }
    if (frames.byteLength > 0) this.#splitter.push(frames);
    // A client that takes no answers gets no more calls in.
    if (this.#output.isFull) this.#socket.pause();
  }

  #takeRest(bytes: Buffer, done: () => void): void {
    if (this.#stage !== "over") this.#restFrames.push(bytes);
    if (!this.#hasBegun) {
      // Only now, as its SETTINGS have to be the first of what the client gets.
      this.#hasBegun = true;
      this.#socket.resume();
    }
    if (this.#output.isFull) this.#socket.once("drain", done);
    else done();
  }

  #drained(): void {
    this.#sender.sendMore();
    this.#socket.resume();
  }

  /** A stream's answer has gone out whole. */
  #answered(call: CallStream): void {
    if (call.hasRequest) this.abandon(call);
    else {
      // The client may not hear the answer before it has sent what it has to send.
      call.off("data");
      call.off("end");
      const timer = setTimeout(() => {
        if (!call.isClosed) this.reset(call.id, errorCodes.noError);
      }, http2Linger.ms);
      call.onClose(() => clearTimeout(timer));
    }
  }

  #noteReset(stream: number): void {
    this.#reset.push(stream);
    if (this.#reset.length > rememberedResets) this.#reset.shift();
  }

  #closeCalls(): void {
    for (const call of [...this.#calls.values()]) this.abandon(call);
  }

  /** Node's HTTP/2 is done with the connection; it ends when the calls past it are answered. */
  #leave(): void {
    if (this.#stage !== "serving") return;
    this.#stage = "leaving";
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#stage !== "leaving" || this.#calls.size > 0) return;
    this.#stage = "over";
    this.#end();
  }

  #end(): void {
    this.#output.flush();
    const socket = this.#socket;
    socket.end();
    const timer = setTimeout(() => socket.destroy(), leavingMs);
    socket.once("close", () => clearTimeout(timer));
  }
}
