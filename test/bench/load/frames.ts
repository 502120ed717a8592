/** The frame types of HTTP/2 that a client of unary calls meets (RFC 9113, section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** The flags of frames. */
export const flags = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** The bytes of a frame before its payload. */
export const frameHeaderBytes = 9;
/** The largest payload that every peer takes. */
export const maxFrameBytes = 16_384;

/** One frame. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Writes a frame. */
export function encodeFrame({ type, flags: bits, stream, payload }: Frame): Buffer {
  const frame = Buffer.alloc(frameHeaderBytes + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = bits;
  frame.writeUInt32BE(stream, 5);
  payload.copy(frame, frameHeaderBytes);
  return frame;
}

/** Gives a function that takes a connection's bytes as they come, and hands on every whole frame. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let position = 0;
    while (bytes.length - position >= frameHeaderBytes) {
      const end = position + frameHeaderBytes + bytes.readUIntBE(position, 3);
      if (end > bytes.length) break;
      onFrame({
        type: bytes.readUInt8(position + 3),
        flags: bytes.readUInt8(position + 4),
        stream: bytes.readUInt32BE(position + 5),
        payload: bytes.subarray(position + frameHeaderBytes, end),
      });
      position = end;
    }
    rest = bytes.subarray(position);
  };
}
