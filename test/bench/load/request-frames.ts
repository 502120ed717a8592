import type { Exchange } from "./connection.ts";
import { encodeFrame, flags, frameTypes, maxFrameBytes } from "./frames.ts";
import { encodeRequestFields } from "./hpack.ts";

/** What gRPC puts before each message: a byte for compression, four for the length. */
export const envelopeBytes = 5;

/** A gRPC request, but for the streams that its frames name. */
export interface EncodedRequest {
  /** What flow control counts of it. */
  readonly bodyBytes: number;
  /** Its frames as the first request of a connection, and as any other. */
  readonly first: readonly Buffer[];
  readonly again: readonly Buffer[];
}

/** What every server takes on a stream before it says how much more. */
const initialStreamWindow = 65_535;
/** Where a frame names its stream. */
const streamOffset = 5;

/**
 * Gives a function that encodes requests of one path. It throws at a message
 * above 65,530 bytes, which would need a window.
 */
export function createRequestEncoder({
  port,
  path,
}: Pick<Exchange, "port" | "path">): (body: Uint8Array) => EncodedRequest {
  const fields = encodeRequestFields([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", `127.0.0.1:${port}`],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ["user-agent", "presage-bench"],
  ]);
  const [first, again] = [encodeHeaders(fields.first), encodeHeaders(fields.again)];
  return (body) => {
    const envelope = encodeEnvelope(body);
    if (envelope.length > initialStreamWindow) throw new Error("the request is above a window");
    const data = encodeData(envelope);
    return { bodyBytes: envelope.length, first: [first, ...data], again: [again, ...data] };
  };
}

/** A request, and the stream that it is sent on. */
export interface StreamedRequest {
  readonly stream: number;
  readonly request: EncodedRequest;
}

/** Writes the frames of requests; `first`: they are the first of their connection. */
export function writeRequests(requests: readonly StreamedRequest[], first: boolean): Buffer {
  let length = 0;
  for (const { request } of requests)
    for (const frame of first ? request.first : request.again) length += frame.length;
  const bytes = Buffer.allocUnsafe(length);
  let position = 0;
  for (const { stream, request } of requests) {
    for (const frame of first ? request.first : request.again) {
      frame.copy(bytes, position);
      bytes.writeUInt32BE(stream, position + streamOffset);
      position += frame.length;
    }
  }
  return bytes;
}

/** A message with gRPC's prefix. */
export function encodeEnvelope(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(envelopeBytes);
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}

function encodeHeaders(payload: Buffer): Buffer {
  return encodeFrame({ type: frameTypes.headers, flags: flags.endHeaders, stream: 0, payload });
}

function encodeData(envelope: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < envelope.length; start += maxFrameBytes) {
    const payload = envelope.subarray(start, start + maxFrameBytes);
    const isLast = start + maxFrameBytes >= envelope.length;
    frames.push(
      encodeFrame({
        type: frameTypes.data,
        flags: isLast ? flags.endStream : 0,
        stream: 0,
        payload,
      }),
    );
  }
  return frames;
}
