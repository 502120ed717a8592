/** Frames of HTTP/2 (RFC 9113, section 4), as far as this server reads and writes them itself. */

/** The types of frames (RFC 9113, section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** The flags of frames; what each means depends on the type. */
export const frameFlags = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** The error codes of HTTP/2 (RFC 9113, section 7) that this server gives itself. */
export const errorCodes = {
  noError: 0,
  protocolError: 1,
  flowControlError: 3,
  streamClosed: 5,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

/** The settings (RFC 9113, section 6.5.2) that this server reads itself. */
export const settingIds = { headerTableSize: 1, initialWindowSize: 4, maxFrameSize: 5 } as const;

/** Where a frame has its flags. */
export const flagsOffset = 4;

/** The bytes before the payload of each frame. */
export const frameHeadBytes = 9;

/** The most bytes of a frame's payload, unless its receiver allows more. */
export const defaultMaxFrameBytes: number = 16 * 1024;

/** The window of a connection and of a stream at its beginning, unless a receiver says otherwise. */
export const defaultWindowBytes = 65_535;

/** The most that a window may hold. */
export const largestWindow: number = 2 ** 31 - 1;

/** What every client sends first. */
export const clientPreface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** What the head of a frame says. */
export interface FrameHead {
  /** The bytes of its payload. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  /** 0 is the connection itself. */
  readonly stream: number;
}

/** A frame with its head in front. */
export interface Frame extends FrameHead {
  readonly bytes: Buffer;
}

/** Writes the head of a frame, and returns where its payload begins. */
export function writeFrameHead(
  target: Buffer,
  offset: number,
  { length, type, flags, stream }: FrameHead,
): number {
  target[offset] = length >>> 16;
  target[offset + 1] = length >>> 8;
  target[offset + 2] = length;
  target[offset + 3] = type;
  target[offset + 4] = flags;
  return target.writeUInt32BE(stream, offset + 5);
}

/** Reads the head of a frame, of which all bytes must be there. */
export function readFrameHead(bytes: Buffer, offset: number): FrameHead {
  return {
    length: bytes.readUIntBE(offset, 3),
    type: bytes[offset + 3] ?? 0,
    flags: bytes[offset + 4] ?? 0,
    stream: bytes.readUInt32BE(offset + 5) & largestWindow,
  };
}

/** Makes a whole frame. */
export function createFrame(
  head: Omit<FrameHead, "length">,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const frame = Buffer.allocUnsafe(frameHeadBytes + payload.byteLength);
  writeFrameHead(frame, 0, { ...head, length: payload.byteLength });
  frame.set(payload, frameHeadBytes);
  return frame;
}

const words = (...values: readonly number[]): Buffer => {
  const payload = Buffer.allocUnsafe(values.length * 4);
  for (const [index, value] of values.entries()) payload.writeUInt32BE(value, index * 4);
  return payload;
};

/** Ends a stream at once (RST_STREAM). */
export function resetFrame(stream: number, code: number): Buffer {
  return createFrame({ type: frameTypes.resetStream, flags: 0, stream }, words(code));
}

/** Lets the other side send so many bytes more, on a stream or, with 0, on the connection. */
export function windowUpdateFrame(stream: number, bytes: number): Buffer {
  return createFrame({ type: frameTypes.windowUpdate, flags: 0, stream }, words(bytes));
}

/** Tells that the connection ends, and which stream is the last that was looked at (GOAWAY). */
export function goawayFrame(lastStream: number, code: number): Buffer {
  return createFrame({ type: frameTypes.goaway, flags: 0, stream: 0 }, words(lastStream, code));
}

/** Makes the frames of a header block: HEADERS, and CONTINUATION for what one frame has no room for. */
export function headerFrames(stream: number, block: Buffer, isEnd: boolean): Buffer {
  const frames: Buffer[] = [];
  let offset = 0;
  do {
    const part = block.subarray(offset, offset + defaultMaxFrameBytes);
    const isFirst = offset === 0;
    offset += part.byteLength;
    const flags =
      (offset < block.byteLength ? 0 : frameFlags.endHeaders) |
      (isFirst && isEnd ? frameFlags.endStream : 0);
    const type = isFirst ? frameTypes.headers : frameTypes.continuation;
    frames.push(createFrame({ type, flags, stream }, part));
  } while (offset < block.byteLength);
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames);
}
