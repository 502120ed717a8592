import type { IncomingHttpHeaders } from "node:http2";
import type net from "node:net";
import type { Duplex } from "node:stream";
import type { CallTaker } from "../exchange.ts";
import type { Http2Limits } from "../http2-limits.ts";
import { type AbuseGuard, createAbuseGuard } from "./abuse-guard.ts";
import type { CallStream } from "./call-stream.ts";
import { ClientFrames } from "./client-frames.ts";
import type { ClientFramesHost } from "./client-host.ts";
import type { ClientSettings } from "./client-settings.ts";
import { ConnectionWindow } from "./connection-window.ts";
import { FrameOutput } from "./frame-output.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import {
  clientPreface,
  createFrame,
  defaultMaxFrameBytes,
  errorCodes,
  type FrameHead,
  flagsOffset,
  frameFlags,
  frameTypes,
  goawayFrame,
  resetFrame,
  windowUpdateFrame,
} from "./frames.ts";
import { createHeaderDecoder } from "./hpack/header-decoder.ts";
import { OpenCalls } from "./open-calls.ts";
import type { Patience } from "./patience.ts";
import { RestFrames } from "./rest-frames.ts";
import { RestSocket } from "./rest-socket.ts";
import { RestStreams } from "./rest-streams.ts";

const megabyte: number = 1024 * 1024;

/** What a junction works with. */
export interface JunctionOptions {
  readonly limits: Http2Limits;
  /** The most header fields of a request. */
  readonly maxHeaderFields: number;
  /** Takes calls of the common kind. */
  readonly takeCall: CallTaker;
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

/** Milliseconds that a client has to close its side of a connection that has failed. */
const leavingMs = 1000;

const ignoreError = (): void => {};

/** Takes over a connection, whose client's preface is still to be read. */
export function createJunction(socket: net.Socket, options: JunctionOptions): Junction {
  return new JunctionImplementation(socket, options);
}

class JunctionImplementation implements Junction, ClientFramesHost {
  readonly rest: RestSocket;
  readonly #socket: net.Socket;
  readonly #limits: Http2Limits;
  readonly #guard: AbuseGuard;
  readonly #output: FrameOutput;
  readonly #calls: OpenCalls;
  readonly #window: ConnectionWindow;
  readonly #restStreams = new RestStreams();
  readonly #restFrames: RestFrames;
  readonly #client: ClientFrames;
  readonly #splitter: FrameSplitter;
  #prefaceLeft = clientPreface.byteLength;
  #hasBegun = false;
  #stage: "serving" | "leaving" | "over" = "serving";
  #writtenBefore = 0;
  #stuckChecks = 0;

  constructor(socket: net.Socket, { limits, maxHeaderFields, takeCall }: JunctionOptions) {
    const { streamWindowBytes, connectionWindowBytes, maxHeaderListBytes } = limits;
    this.#socket = socket;
    this.#limits = limits;
    this.#guard = createAbuseGuard(limits);
    this.#window = new ConnectionWindow(connectionWindowBytes);
    const output = new FrameOutput(socket);
    this.#output = output;
    const closed = (): void => this.#endIfDone();
    this.#calls = new OpenCalls({ output, takeCall, streamWindowBytes, closed });
    this.rest = new RestSocket({
      write: (bytes, done) => this.#takeRest(bytes, done),
      ended: () => this.#leave(),
    });
    this.#restFrames = new RestFrames({
      output,
      sender: this.#calls.sender,
      streams: this.#restStreams,
      push: (bytes) => this.pass(bytes),
      lastStream: () => this.#client.lastStream,
      credited: (bytes) => this.#window.open(bytes),
      wasReset: (stream) => this.#calls.noteReset(stream),
      leaving: (code) => {
        if (code !== errorCodes.noError) this.#calls.abandonAll();
      },
    });
    this.#client = new ClientFrames({
      host: this,
      calls: this.#calls,
      decoder: createHeaderDecoder({
        maxListBytes: maxHeaderListBytes,
        maxFields: maxHeaderFields,
      }),
      rest: this.#restStreams,
      // Longer than the list that it stands for is only what means harm.
      maxBlockBytes: 2 * maxHeaderListBytes,
    });
    this.#splitter = new FrameSplitter(this.#client, {
      maxFrameBytes: defaultMaxFrameBytes,
      dataInPieces: true,
    });
    socket.on("data", (chunk: Buffer) => this.#takeClient(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("end", () => {
      if (!this.rest.destroyed) this.rest.push(null);
    });
    this.rest.on("error", ignoreError);
    socket.on("close", () => {
      this.#stage = "over";
      this.#calls.abandonAll();
      this.rest.destroy();
    });
  }

  write(frames: Buffer): void {
    this.#output.add(frames);
  }

  check(patience: Patience): void {
    this.#calls.check(patience);
    const { bytesWritten, writableLength } = this.#socket;
    const isStuck = writableLength > 0 && bytesWritten === this.#writtenBefore;
    this.#writtenBefore = bytesWritten;
    this.#stuckChecks = isStuck ? this.#stuckChecks + 1 : 0;
    if (this.#stuckChecks > patience.answerChecks) this.#socket.destroy();
  }

  // What the frames of the client do.

  hasRoom(): boolean {
    const { maxConcurrentStreams, maxSessionMemoryMb } = this.#limits;
    return (
      this.#calls.size + this.#restStreams.size < maxConcurrentStreams &&
      this.#calls.sender.waitingBytes < maxSessionMemoryMb * megabyte
    );
  }

  takeCall(stream: number, headers: IncomingHttpHeaders): boolean {
    return this.#stage === "serving" && this.#calls.open(stream, headers);
  }

  receive({ length, stream }: FrameHead, call: CallStream | undefined): void {
    if (!this.#window.receive(length)) this.fail(errorCodes.flowControlError);
    // Node's HTTP/2 tells the client itself.
    if (this.#restStreams.has(stream)) return;
    const freed = this.#window.free(length);
    if (freed > 0) this.#output.add(windowUpdateFrame(0, freed));
    if (call !== undefined) this.#calls.receive(call, length);
  }

  reset(stream: number, code: number): void {
    this.#calls.reset(stream, code);
    if (!this.#restStreams.has(stream)) return;
    this.dropRest(stream);
    this.pass(resetFrame(stream, code));
  }

  open(call: CallStream | undefined, bytes: number): void {
    const { sender } = this.#calls;
    if (call !== undefined) this.#calls.widen(call, bytes);
    else if (!sender.open(bytes)) this.fail(errorCodes.flowControlError);
    else {
      this.#restFrames.sendMore();
      sender.sendMore();
    }
  }

  giveUp(call: CallStream): void {
    this.#calls.abandon(call);
    if (!this.#guard.reset()) this.fail(errorCodes.enhanceYourCalm);
  }

  refuseClosed(stream: number): void {
    if (this.#calls.wasReset(stream)) return;
    this.reset(stream, errorCodes.streamClosed);
    this.offend();
  }

  offend(): void {
    if (!this.#guard.offend()) this.fail(errorCodes.enhanceYourCalm);
  }

  dropRest(stream: number): void {
    this.#restStreams.close(stream);
    this.#restFrames.drop(stream);
  }

  configure(settings: ClientSettings): void {
    if (!this.#calls.configure(settings)) this.fail(errorCodes.flowControlError);
  }

  pass(bytes: Buffer): void {
    if (!this.rest.destroyed && !this.rest.readableEnded) this.rest.push(bytes);
  }

  settle(frame: Buffer): void {
    if (!this.#guard.settle()) this.fail(errorCodes.enhanceYourCalm);
    else if (this.#stage !== "leaving") this.pass(frame);
    else if (((frame[flagsOffset] ?? 0) & frameFlags.ack) === 0)
      this.#output.add(
        createFrame({ type: frameTypes.settings, flags: frameFlags.ack, stream: 0 }),
      );
  }

  answerPing(data: Buffer): void {
    this.#output.add(
      createFrame({ type: frameTypes.ping, flags: frameFlags.ack, stream: 0 }, data),
    );
  }

  fail(code: number): void {
    if (this.#stage === "over") return;
    this.#stage = "over";
    this.#output.add(goawayFrame(this.#client.lastStream, code));
    this.#end();
    this.#calls.abandonAll();
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
    this.#calls.sender.sendMore();
    this.#socket.resume();
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
