import net from "node:net";
import {
  type ConnectionEvents,
  checkAnswer,
  type Exchange,
  type LoadConnection,
} from "./connection.ts";
import { createFrameReader, encodeFrame, type Frame, flags, frameTypes } from "./frames.ts";
import { createHpackDecoder, type Field } from "./hpack.ts";
import {
  createRequestEncoder,
  type EncodedRequest,
  envelopeBytes,
  writeRequests,
} from "./request-frames.ts";
import { encodeSettings, readStreamLimit } from "./settings.ts";

// Frames are written and read here, without node:http2: its client costs twice what its server
// does, and would then be what is measured.

interface Call {
  readonly stream: number;
  readonly request: EncodedRequest;
  readonly at: number;
  readonly parts: Buffer[];
  status: string | undefined;
}

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const initialWindow = 65_535;
const ownWindow = 2 ** 30;
const resourceExhausted = "8";
const noTypes = { stream: 0, flags: 0 };

/** Opens an HTTP/2 connection for unary gRPC calls. */
export function openHttp2(exchange: Exchange, events: ConnectionEvents): LoadConnection {
  const socket = net.connect({ port: exchange.port, host: "127.0.0.1", noDelay: true });
  const encode = createRequestEncoder(exchange);
  const shared = encode(exchange.body);
  const decoder = createHpackDecoder();
  const calls = new Map<number, Call>();
  let nextStream = 1;
  let firstSent = false;
  let pending: Call[] = [];
  let sendWindow = initialWindow;
  let received = 0;
  let limit = Number.POSITIVE_INFINITY;
  let ended = false;

  const send = (type: number, payload: Buffer, bits = 0): void => {
    socket.write(encodeFrame({ ...noTypes, type, payload, flags: bits }));
  };
  socket.write(preface);
  send(frameTypes.settings, encodeSettings());
  send(frameTypes.windowUpdate, encodeUint32(ownWindow - initialWindow));

  function fail(reason: string): void {
    if (ended) return;
    ended = true;
    socket.destroy();
    events.failed(new Error(reason));
  }

  function flush(): void {
    for (;;) {
      const batch = pending.splice(0, firstSent ? countFitting() : Math.min(countFitting(), 1));
      if (batch.length === 0) return;
      socket.write(writeRequests(batch, !firstSent));
      firstSent = true;
      for (const { request } of batch) sendWindow -= request.bodyBytes;
    }
  }

  /** How many of the calls that wait the window has room for. */
  function countFitting(): number {
    let room = sendWindow;
    const end = pending.findIndex(({ request }) => (room -= request.bodyBytes) < 0);
    return end === -1 ? pending.length : end;
  }

  function finish(call: Call, trailers: readonly Field[]): void {
    calls.delete(call.stream);
    const message = Buffer.concat(call.parts).subarray(envelopeBytes);
    const grpcStatus = valueOf(trailers, "grpc-status");
    if (grpcStatus === resourceExhausted && events.refused !== undefined) {
      events.refused(call.at);
      return;
    }
    const wrong =
      call.status === "200" && grpcStatus === "0"
        ? checkAnswer(exchange, message)
        : `HTTP status ${call.status}, gRPC status ${grpcStatus}, ${valueOf(trailers, "grpc-message") ?? "no message"}`;
    if (wrong === undefined) events.answered(call.at, message);
    else fail(wrong);
  }

  function readHeaders(frame: Frame): void {
    if ((frame.flags & flags.endHeaders) === 0) throw new Error("headers in several frames");
    const fields = decoder.decode(unpad(frame));
    const call = calls.get(frame.stream);
    if (call === undefined) return;
    call.status ??= valueOf(fields, ":status");
    if ((frame.flags & flags.endStream) !== 0) finish(call, fields);
  }

  function readData(frame: Frame): void {
    received += frame.payload.length;
    if (received > ownWindow / 2) {
      send(frameTypes.windowUpdate, encodeUint32(received));
      received = 0;
    }
    const call = calls.get(frame.stream);
    call?.parts.push(unpad(frame));
    if (call !== undefined && (frame.flags & flags.endStream) !== 0) finish(call, []);
  }

  function readFrame(frame: Frame): void {
    switch (frame.type) {
      case frameTypes.headers:
        readHeaders(frame);
        break;
      case frameTypes.data:
        readData(frame);
        break;
      case frameTypes.settings:
        limit = readStreamLimit(frame.payload) ?? limit;
        if ((frame.flags & flags.ack) === 0) send(frameTypes.settings, Buffer.alloc(0), flags.ack);
        break;
      case frameTypes.ping:
        if ((frame.flags & flags.ack) === 0) send(frameTypes.ping, frame.payload, flags.ack);
        break;
      case frameTypes.windowUpdate:
        if (frame.stream === 0) sendWindow += frame.payload.readUInt32BE(0);
        break;
      case frameTypes.resetStream:
      case frameTypes.goAway:
      case frameTypes.continuation:
        fail(`the server sent a frame of the type ${frame.type}: ${frame.payload.toString("hex")}`);
        break;
      default:
    }
  }

  const readChunk = createFrameReader((frame) => {
    if (!ended) readFrame(frame);
  });
  socket.on("data", (chunk) => {
    try {
      readChunk(chunk);
    } catch (error) {
      fail(String(error));
    }
    if (!ended) flush();
  });
  socket.on("error", (error) => fail(error.message));
  socket.on("close", () => fail("the server closed a connection"));

  return {
    get open() {
      return calls.size;
    },
    get limit() {
      return limit;
    },
    start(at, body) {
      const request = body === undefined ? shared : encode(body);
      const call = { stream: nextStream, request, at, parts: [], status: undefined };
      calls.set(nextStream, call);
      pending.push(call);
      nextStream += 2;
    },
    flush,
    close() {
      ended = true;
      pending = [];
      socket.destroy();
    },
  };
}

function valueOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find(([each]) => each === name)?.[1];
}

function unpad({ type, flags: bits, payload }: Frame): Buffer {
  const padding = (bits & flags.padded) === 0 ? 0 : payload.readUInt8(0) + 1;
  const priority = type === frameTypes.headers && (bits & flags.priority) !== 0 ? 5 : 0;
  if (padding === 0 && priority === 0) return payload;
  return payload.subarray(
    Math.min(padding, 1) + priority,
    payload.length - Math.max(padding - 1, 0),
  );
}

function encodeUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
