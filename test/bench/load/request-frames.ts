import type { Exchange } from "./connection.ts";
import { encodeFrame, flags, frameTypes, maxFrameBytes } from "./frames.ts";
import { encodeRequestFields } from "./hpack.ts";

/** What gRPC puts before each message: a byte for compression, four for the length. */
export const envelopeBytes = 5;

/** A gRPC request whose frames differ only in their stream. */
export interface EncodedRequest {
  /** What flow control counts of one request. */
  readonly bodyBytes: number;
  /** The frames of a request on each of the streams; `first`: the first of their connection. */
  write(streams: readonly number[], first: boolean): Buffer;
}

/** What every server takes on a stream before it says how much more. */
const initialStreamWindow = 65_535;
/** Where a frame names its stream. */
const streamOffset = 5;

/** Encodes a request once. Throws at a message above 65,530 bytes, which would need a window. */
export function encodeRequest({ port, path, body }: Exchange): EncodedRequest {
  const { first, again } = encodeRequestFields([
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", `127.0.0.1:${port}`],
    ["te", "trailers"],
    ["content-type", "application/grpc"],
    ["user-agent", "presage-bench"],
  ]);
  const envelope = encodeEnvelope(body);
  if (envelope.length > initialStreamWindow) throw new Error("the request is above a window");
  const data = encodeData(envelope);
  const [firstFrames, laterFrames] = [
    [encodeHeaders(first), ...data],
    [encodeHeaders(again), ...data],
  ];
  return {
    bodyBytes: envelope.length,
    write(streams, isFirst) {
      const frames = isFirst ? firstFrames : laterFrames;
      const length = frames.reduce((sum, frame) => sum + frame.length, 0);
      const bytes = Buffer.allocUnsafe(length * streams.length);
      let position = 0;
      for (const stream of streams) {
        for (const frame of frames) {
          frame.copy(bytes, position);
          bytes.writeUInt32BE(stream, position + streamOffset);
          position += frame.length;
        }
      }
      return bytes;
    },
  };
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
