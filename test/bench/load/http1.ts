import net from "node:net";
import {
  type ConnectionEvents,
  checkAnswer,
  type Exchange,
  type LoadConnection,
} from "./connection.ts";

const headEnd = Buffer.from("\r\n\r\n", "latin1");

/** Opens a connection that is kept alive for one Connect JSON call after the other. */
export function openHttp1(exchange: Exchange, events: ConnectionEvents): LoadConnection {
  const socket = net.connect({ port: exchange.port, host: "127.0.0.1", noDelay: true });
  const shared = encodeRequest(exchange);
  let request = shared;
  let rest: Buffer = Buffer.alloc(0);
  let startedAt: number | undefined;
  let sent = false;
  let ended = false;

  function fail(reason: string): void {
    if (ended) return;
    ended = true;
    socket.destroy();
    events.failed(new Error(reason));
  }

  function flush(): void {
    if (startedAt === undefined || sent || ended) return;
    sent = true;
    socket.write(request);
  }

  function finish({ status, body, end }: Answer): void {
    const at = startedAt;
    if (at === undefined) return fail("an answer that nobody asked for");
    rest = rest.subarray(end);
    startedAt = undefined;
    sent = false;
    const wrong =
      status === 200
        ? checkAnswer(exchange, body)
        : `HTTP status ${status}: ${body.toString("utf8", 0, 500)}`;
    if (wrong === undefined) events.answered(at, body);
    else fail(wrong);
  }

  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    try {
      const answer = readAnswer(rest);
      if (answer !== undefined) finish(answer);
    } catch (error) {
      fail(String(error));
    }
    flush();
  });
  socket.on("error", (error) => fail(error.message));
  socket.on("close", () => fail("the server closed a connection"));

  return {
    limit: 1,
    get open() {
      return startedAt === undefined ? 0 : 1;
    },
    start(at, body) {
      startedAt = at;
      request = body === undefined ? shared : encodeRequest({ ...exchange, body });
    },
    flush,
    close() {
      ended = true;
      socket.destroy();
    },
  };
}

function encodeRequest({ port, path, body }: Exchange): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    "user-agent: presage-bench",
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/**
 * Reads the answer that bytes begin with: its length is declared, or it comes
 * in chunks. Gives undefined while it is not whole. Throws if it is neither.
 */
export function readAnswer(bytes: Buffer): Answer | undefined {
  const headBytes = bytes.indexOf(headEnd);
  if (headBytes < 0) return undefined;
  const head = bytes.toString("latin1", 0, headBytes);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const start = headBytes + headEnd.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = start + Number(length);
    return end > bytes.length ? undefined : { status, body: bytes.subarray(start, end), end };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head))
    throw new Error("an answer that tells no length");
  const chunks = readChunks(bytes, start);
  return chunks && { status, ...chunks };
}

function readChunks(bytes: Buffer, start: number): Omit<Answer, "status"> | undefined {
  const lineEnd = 2;
  const parts: Buffer[] = [];
  for (let position = start; ; ) {
    const sizeEnd = bytes.indexOf("\r\n", position, "latin1");
    if (sizeEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", position, sizeEnd), 16);
    if (Number.isNaN(size)) throw new Error("a chunk without a size");
    const begin = sizeEnd + lineEnd;
    const end = begin + size + lineEnd;
    if (end > bytes.length) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end };
    parts.push(bytes.subarray(begin, begin + size));
    position = end;
  }
}
