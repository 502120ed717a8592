import * as http2 from "node:http2";
import { createServer, type Server, type Socket } from "node:net";

/** A server on a port of its own. */
export interface RawListener {
  readonly baseUrl: string;
  /** Ends every connection, and stops. */
  readonly stop: () => void;
}

/** Answers one request, in any way it likes. */
export type RawAnswer = (
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
) => void;

/** What a listener does otherwise. */
export interface RawOptions {
  /** Default: any. */
  readonly port?: number | undefined;
  /** Is told of a request as soon as its headers have come. Default: nobody. */
  readonly begin?: RawAnswer | undefined;
}

/** Listens for requests of HTTP/2, each answered once its body has come. */
export async function listenRaw(
  answer: RawAnswer,
  { port = 0, begin }: RawOptions = {},
): Promise<RawListener> {
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    stream.on("end", () => answer(stream, headers));
    stream.resume();
    begin?.(stream, headers);
  });
  const disconnect = (): void => {
    for (const session of sessions) session.destroy();
  };
  return await start(server, disconnect, port);
}

const frameTypes = { data: 0, headers: 1, reset: 3, settings: 4, goAway: 7 } as const;

/** A frame of HTTP/2. Flag 1 ends the stream, 4 the headers. */
export interface Frame {
  readonly type: keyof typeof frameTypes;
  readonly flags?: number;
  /** Default: the stream of the request. */
  readonly stream?: number;
  readonly payload: Uint8Array;
}

/** Listens for one request of HTTP/2, on its first stream, and answers with the very frames. */
export async function listenFrames(frames: readonly Frame[]): Promise<RawListener> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write(encodeFrame({ type: "settings", stream: 0, payload: new Uint8Array(0) }));
    let received = Buffer.alloc(0);
    let answered = false;
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (answered || !hasRequest(received)) return;
      answered = true;
      socket.write(Buffer.concat(frames.map(encodeFrame)));
    });
  });
  return await start(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

function encodeFrame({ type, flags = 0, stream = 1, payload }: Frame): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head[3] = frameTypes[type];
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const prefaceBytes = 24;

/** Tells whether the frames after the preface hold a request with its whole body. */
function hasRequest(received: Buffer): boolean {
  for (let at = prefaceBytes; at + 9 <= received.byteLength; ) {
    const [type = 0, flags = 0] = received.subarray(at + 3, at + 5);
    if (type <= frameTypes.headers && (flags & 1) === 1) return true;
    at += 9 + received.readUIntBE(at, 3);
  }
  return false;
}

async function start(server: Server, disconnect: () => void, wanted = 0): Promise<RawListener> {
  const listening = Promise.withResolvers<void>();
  server.listen(wanted, "127.0.0.1", listening.resolve);
  await listening.promise;
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const stop = (): void => {
    disconnect();
    server.close();
  };
  return { baseUrl: `http://127.0.0.1:${address.port}`, stop };
}
