import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { FrameSplitter } from "../../server/src/transport/http2/frame-splitter.ts";
import {
  clientPreface,
  createFrame,
  type Frame,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  settingIds,
  windowUpdateFrame,
} from "../../server/src/transport/http2/frames.ts";
import { createHeaderDecoder } from "../../server/src/transport/http2/hpack/header-decoder.ts";
import { trusting } from "./listeners.ts";
import { type Fields, ping, settings } from "./raw-frames.ts";

/** What has come on a stream so far. */
export interface RawAnswer {
  readonly headers: Fields | undefined;
  readonly body: Buffer;
  readonly trailers: Fields | undefined;
  /** Whether the server sends nothing more. */
  readonly isEnded: boolean;
  /** The code of its RST_STREAM; undefined: none has come. */
  readonly resetCode: number | undefined;
}

/** What a GOAWAY says. */
export interface Goaway {
  readonly lastStream: number;
  readonly code: number;
}

/** How a client begins. */
export interface RawHttp2Options {
  /** Speaks TLS, with HTTP/2 by ALPN. @default false */
  readonly tls?: boolean;
  /** What the server may send on a stream at first. @default 65,535 */
  readonly streamWindow?: number;
  /** Lets the server send on as its bytes come; else the test opens the windows. @default true */
  readonly opensWindows?: boolean;
  /** What is sent in one piece with the preface and the SETTINGS. @default nothing */
  readonly opening?: Buffer;
}

/** A client that sends what the test says, frame by frame. */
export interface RawHttp2 {
  readonly socket: net.Socket;
  /** The frames that have come, in order. */
  readonly frames: readonly Frame[];
  /** Whether the connection is closed. */
  readonly isClosed: boolean;
  send(...frames: readonly Uint8Array[]): void;
  /** What has come on a stream. */
  stream(id: number): RawAnswer;
  /** Resolves once the condition holds; rejects if the connection closes before. */
  until(condition: () => boolean): Promise<void>;
  /** Resolves with what has come on a stream once it is ended or reset. */
  answer(id: number): Promise<RawAnswer>;
  /** Resolves with the first GOAWAY that has a code other than NO_ERROR. */
  failure(): Promise<Goaway>;
  /** Resolves once the server has read everything that was sent before. */
  settle(): Promise<void>;
  /** Resolves once the connection is closed. */
  close(): Promise<void>;
}

const settingsAck = createFrame({ type: frameTypes.settings, flags: frameFlags.ack, stream: 0 });

/** Connects, and sends the preface and SETTINGS; whoever connects ends it. */
export async function connectRaw(port: number, options: RawHttp2Options = {}): Promise<RawHttp2> {
  const socket = options.tls
    ? tls.connect({ host: "127.0.0.1", port, ...trusting, ALPNProtocols: ["h2"] })
    : net.connect({ host: "127.0.0.1", port });
  socket.setNoDelay(true);
  const { streamWindow, opening = Buffer.alloc(0) } = options;
  const own = streamWindow === undefined ? {} : { [settingIds.initialWindowSize]: streamWindow };
  const client = new RawClient(socket, options.opensWindows ?? true);
  socket.write(Buffer.concat([clientPreface, settings(own), opening]));
  await once(socket, options.tls ? "secureConnect" : "connect");
  return client;
}

interface Received {
  headers: Fields | undefined;
  trailers: Fields | undefined;
  pieces: Buffer[];
  isEnded: boolean;
  resetCode: number | undefined;
}

const largestFrame = 2 ** 24 - 1;

class RawClient implements RawHttp2 {
  readonly socket: net.Socket;
  readonly frames: Frame[] = [];
  isClosed = false;
  readonly #opensWindows: boolean;
  readonly #streams = new Map<number, Received>();
  readonly #decoder = createHeaderDecoder({ maxListBytes: 2 ** 24, maxFields: 10_000 });
  #waiting: (() => void)[] = [];
  #block: Buffer[] = [];
  #isBlockEnd = false;
  #pings = 0;
  readonly #answeredPings = new Set<number>();

  constructor(socket: net.Socket, opensWindows: boolean) {
    this.socket = socket;
    this.#opensWindows = opensWindows;
    const splitter = new FrameSplitter(
      {
        frame: (frame) => this.#take(frame),
        dataHead: () => {},
        dataPiece: () => {},
        tooLarge: () => {},
      },
      { maxFrameBytes: largestFrame, dataInPieces: false },
    );
    socket.on("data", (chunk: Buffer) => {
      splitter.push(chunk);
      this.#look();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.isClosed = true;
      this.#look();
    });
  }

  send(...frames: readonly Uint8Array[]): void {
    if (!this.isClosed) this.socket.write(Buffer.concat(frames));
  }

  stream(id: number): RawAnswer {
    const { pieces, ...rest } = this.#find(id);
    return { ...rest, body: Buffer.concat(pieces) };
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.isClosed) throw new Error("the connection closed before");
      // oxlint-disable-next-line no-await-in-loop -- each look comes after the next bytes
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  async answer(id: number): Promise<RawAnswer> {
    const received = this.#find(id);
    await this.until(() => received.isEnded || received.resetCode !== undefined);
    return this.stream(id);
  }

  async failure(): Promise<Goaway> {
    const found = (): Goaway | undefined =>
      this.frames
        .filter(({ type }) => type === frameTypes.goaway)
        .map(readGoaway)
        .find(({ code }) => code !== 0);
    await this.until(() => found() !== undefined);
    return found() ?? { lastStream: 0, code: 0 };
  }

  async settle(): Promise<void> {
    this.#pings += 1;
    const number = this.#pings;
    this.send(ping(number));
    await this.until(() => this.#answeredPings.has(number));
  }

  async close(): Promise<void> {
    while (!this.isClosed) {
      // oxlint-disable-next-line no-await-in-loop -- each look comes after the next bytes
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  #find(id: number): Received {
    const found = this.#streams.get(id) ?? {
      headers: undefined,
      trailers: undefined,
      pieces: [],
      isEnded: false,
      resetCode: undefined,
    };
    this.#streams.set(id, found);
    return found;
  }

  #take(frame: Frame): void {
    const { type, flags, stream, length, bytes } = frame;
    this.frames.push(frame);
    const payload = bytes.subarray(frameHeadBytes);
    const isEnd = (flags & frameFlags.endStream) !== 0;
    if (type === frameTypes.settings && (flags & frameFlags.ack) === 0) this.send(settingsAck);
    else if (type === frameTypes.ping) this.#answeredPings.add(payload.readUInt32BE());
    else if (type === frameTypes.headers || type === frameTypes.continuation) {
      if (type === frameTypes.headers) this.#isBlockEnd = isEnd;
      this.#block.push(payload);
      if ((flags & frameFlags.endHeaders) !== 0) this.#takeBlock(stream);
    } else if (type === frameTypes.data) {
      const received = this.#find(stream);
      received.pieces.push(payload);
      received.isEnded ||= isEnd;
      if (!this.#opensWindows || length === 0) return;
      this.send(windowUpdateFrame(0, length));
      if (!isEnd) this.send(windowUpdateFrame(stream, length));
    } else if (type === frameTypes.resetStream)
      this.#find(stream).resetCode = payload.readUInt32BE();
  }

  #takeBlock(stream: number): void {
    const list = this.#decoder.decode(Buffer.concat(this.#block)) ?? [];
    this.#block = [];
    const fields = Object.fromEntries(
      list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? ""]] : [])),
    );
    const received = this.#find(stream);
    if (received.headers === undefined) received.headers = fields;
    else received.trailers = fields;
    received.isEnded ||= this.#isBlockEnd;
  }
}

/** Reads a GOAWAY. */
export function readGoaway({ bytes }: Frame): Goaway {
  return {
    lastStream: bytes.readUInt32BE(frameHeadBytes),
    code: bytes.readUInt32BE(frameHeadBytes + 4),
  };
}
