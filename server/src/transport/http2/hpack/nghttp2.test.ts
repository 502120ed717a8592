import { once } from "node:events";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHeaderDecoder, type HeaderDecoder, type HeaderList } from "./header-decoder.ts";
import { encodeHeaders } from "./header-encoder.ts";

const limits = { maxListBytes: 1_000_000, maxFields: 1000 };

/** Bytes that may be in a header's value, all of latin1 but control characters. */
const valueBytes = Array.from({ length: 256 }, (_, byte) => byte).filter(
  (byte) => byte >= 0x20 && byte !== 0x7f,
);
const frameHeaderBytes = 9;
const headersFrame = 1;
const settingsFrame = 4;
const prefaceBytes = 24;
const endStream = 0x1;
const endHeaders = 0x4;
const padded = 0x8;
const hasPriority = 0x20;

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Calls `onFrame` with each frame that comes, after `skipped` bytes. */
function readFrames(socket: net.Socket, skipped: number, onFrame: (frame: Frame) => void): void {
  let bytes = Buffer.alloc(0);
  let start = skipped;
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= start + frameHeaderBytes) {
      const end = start + frameHeaderBytes + bytes.readUIntBE(start, 3);
      if (bytes.length < end) return;
      onFrame({
        type: bytes.readUInt8(start + 3),
        flags: bytes.readUInt8(start + 4),
        stream: bytes.readUInt32BE(start + 5),
        payload: bytes.subarray(start + frameHeaderBytes, end),
      });
      bytes = bytes.subarray(end);
      start = 0;
    }
  });
}

const token = fc.string({
  unit: fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz0123456789-_.!#$%&'*+^`|~")),
  minLength: 1,
  maxLength: 20,
});
/** Few, so that they come again, and each is treated in its way by encoders. */
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("x-a", "x-b", "cookie", "accept", "via", "set-cookie") },
  token.map((text) => `x-${text}`),
);
const text = fc.oneof(
  fc.constantFrom("", "1", "gzip, deflate", "application/grpc", "a".repeat(200)),
  fc.stringMatching(/^[0-9a-z]{0,30}$/),
  fc
    .array(fc.constantFrom(...valueBytes), { maxLength: 30 })
    .map((bytes) => Buffer.from(bytes).toString("latin1").trim()),
);
const paths = fc.constantFrom("/", "/a", "/presage.v1.PredictionService/Predict");
const lists: fc.Arbitrary<string[]> = fc
  .tuple(paths, fc.array(fc.tuple(name, text), { maxLength: 12 }))
  .map(([path, fields]) =>
    ":method POST :scheme http :authority localhost :path".split(" ").concat(path, fields.flat()),
  );

/** A server that answers each request at once, and tells what header lists came. */
async function listen(tableBytes: number, onList: (list: HeaderList | undefined) => void) {
  const settings = Buffer.alloc(6);
  settings.writeUInt16BE(1, 0);
  settings.writeUInt32BE(tableBytes, 2);
  const server = net.createServer((socket) => {
    const decoder: HeaderDecoder = createHeaderDecoder(limits);
    socket.write(frame(settingsFrame, 0, 0, settings));
    readFrames(socket, prefaceBytes, ({ type, flags, stream, payload }) => {
      if (type === settingsFrame && (flags & 1) === 0) {
        socket.write(frame(settingsFrame, 1, 0, Buffer.alloc(0)));
      }
      if (type !== headersFrame) return;
      if ((flags & endHeaders) === 0 || (flags & padded) !== 0) throw new Error("not whole");
      onList(decoder.decode((flags & hasPriority) === 0 ? payload : payload.subarray(5)));
      const answer = encodeHeaders([[":status", "200"]]);
      socket.write(frame(headersFrame, endStream | endHeaders, stream, answer));
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function portOf(server: net.Server): number {
  return (server.address() as AddressInfo).port;
}

describe("decode() of HeaderDecoder, with what nghttp2 writes", () => {
  it.each([4096, 200, 0])(
    "reads all lists of a connection with a table of %i bytes",
    async (bytes) => {
      const received: (HeaderList | undefined)[] = [];
      const server = await listen(bytes, (list) => received.push(list));
      const client = http2.connect(`http://127.0.0.1:${portOf(server)}`);
      await once(client, "remoteSettings");
      const everyByte = valueBytes.map((byte) => `${"a".repeat(60)}${String.fromCharCode(byte)}a`);
      const sent = [
        ...fc.sample(lists, 1000),
        ...everyByte.map((value) => [...(fc.sample(lists, 1)[0] ?? []), "x-byte", value]),
      ];
      for (const list of sent) {
        const stream = client.request(list);
        stream.end();
        stream.resume();
        await once(stream, "close");
      }
      client.destroy();
      server.close();
      expect(received).toEqual(sent);
    },
  );
});

describe("encodeHeaders(), with what nghttp2 reads", () => {
  let server: http2.Http2Server;
  const received: string[][] = [];

  beforeAll(async () => {
    server = http2.createServer();
    server.on("stream", (stream, _headers, _flags, rawHeaders) => {
      received.push([...rawHeaders]);
      stream.respond({ ":status": 200 }, { endStream: true });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterAll(() => {
    server.close();
  });

  it("gives it the lists that were written", async () => {
    const sent = fc.sample(lists, 1000);
    const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.write(frame(settingsFrame, 0, 0, Buffer.alloc(0)));
    const answered = new Promise<void>((resolve) => {
      let answers = 0;
      readFrames(socket, 0, ({ type }) => {
        if (type === headersFrame) answers += 1;
        if (answers === sent.length) resolve();
      });
    });
    for (const [index, list] of sent.entries()) {
      const pairs = Array.from(
        { length: list.length / 2 },
        (_, field) => [list[2 * field] ?? "", list[2 * field + 1] ?? ""] as const,
      );
      const block = encodeHeaders(pairs);
      socket.write(frame(headersFrame, endStream | endHeaders, 2 * index + 1, block));
    }
    await answered;
    socket.destroy();
    expect(received).toEqual(sent);
  });
});
