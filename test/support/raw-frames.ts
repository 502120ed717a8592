import {
  createFrame,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  headerFrames,
  readFrameHead,
} from "../../server/src/transport/http2/frames.ts";
import { encodeHeaders } from "../../server/src/transport/http2/hpack/header-encoder.ts";
import { requestOf } from "./stream-bench.ts";

/** Header fields by their names. */
export type Fields = Readonly<Record<string, string>>;

/** The headers of a gRPC call of the common kind, with some others, or more. */
export function callFields(fields: Fields = {}): Fields {
  return {
    ":method": "POST",
    ":scheme": "http",
    ":authority": "localhost",
    ":path": "/presage.v1.ModelService/GetModel",
    "content-type": "application/grpc",
    te: "trailers",
    ...fields,
  };
}

/** HEADERS of a request that is whole. */
export function getHeaders(stream: number, path: string): Buffer {
  const fields = { ":method": "GET", ":scheme": "http", ":authority": "localhost", ":path": path };
  return headers(stream, fields, true);
}

/** HEADERS with fields. */
export function headers(stream: number, fields: Fields, isEnd = false): Buffer {
  return headerFrames(stream, encodeHeaders(Object.entries(fields)), isEnd);
}

/** HEADERS of a call of the common kind, with some fields that are others. */
export function callHeaders(stream: number, fields?: Fields): Buffer {
  return headers(stream, callFields(fields));
}

/** DATA. */
export function data(stream: number, payload: Uint8Array, isEnd = false): Buffer {
  const flags = isEnd ? frameFlags.endStream : 0;
  return createFrame({ type: frameTypes.data, flags, stream }, payload);
}

/** A whole call of GetModel. */
export function call(stream: number, name: string, fields?: Fields): Buffer {
  return Buffer.concat([callHeaders(stream, fields), data(stream, requestOf(name), true)]);
}

/** A frame of HEADERS or DATA with so many bytes of padding. */
export function padded(frame: Buffer, padding: number): Buffer {
  const { type, flags, stream } = readFrameHead(frame, 0);
  const payload = [Buffer.of(padding), frame.subarray(frameHeadBytes), Buffer.alloc(padding)];
  return createFrame({ type, flags: flags | frameFlags.padded, stream }, Buffer.concat(payload));
}

/** A frame of HEADERS with a priority. */
export function prioritized(frame: Buffer, dependsOn: number): Buffer {
  const { type, flags, stream } = readFrameHead(frame, 0);
  const priority = Buffer.of(0, 0, 0, 0, 15);
  priority.writeUInt32BE(dependsOn);
  const payload = Buffer.concat([priority, frame.subarray(frameHeadBytes)]);
  return createFrame({ type, flags: flags | frameFlags.priority, stream }, payload);
}

/** A frame of HEADERS whose block goes on in CONTINUATION, cut at these bytes. */
export function continued(frame: Buffer, cuts: readonly number[]): Buffer {
  const { flags, stream } = readFrameHead(frame, 0);
  const block = frame.subarray(frameHeadBytes);
  const ends = [...cuts, block.byteLength];
  const frames = ends.map((end, index) => {
    const isFirst = index === 0;
    const isLast = index === ends.length - 1;
    const type = isFirst ? frameTypes.headers : frameTypes.continuation;
    const kept =
      (isFirst ? flags & ~frameFlags.endHeaders : 0) | (isLast ? frameFlags.endHeaders : 0);
    const part = block.subarray(isFirst ? 0 : ends[index - 1], end);
    return createFrame({ type, flags: kept, stream }, part);
  });
  return Buffer.concat(frames);
}

/** SETTINGS, the values by the ids. */
export function settings(values: Readonly<Record<number, number>> = {}): Buffer {
  const parts = Object.entries(values).map(([id, value]) => {
    const part = Buffer.alloc(6);
    part.writeUInt16BE(Number(id));
    part.writeUInt32BE(value, 2);
    return part;
  });
  return createFrame({ type: frameTypes.settings, flags: 0, stream: 0 }, Buffer.concat(parts));
}

/** PING with a number in it. */
export function ping(number: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(number);
  return createFrame({ type: frameTypes.ping, flags: 0, stream: 0 }, payload);
}
