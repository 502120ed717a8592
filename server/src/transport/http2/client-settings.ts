import {
  createFrame,
  defaultMaxFrameBytes,
  type Frame,
  frameFlags,
  frameHeadBytes,
  frameTypes,
  largestWindow,
  settingIds,
} from "./frames.ts";

/** What a client's SETTINGS say that this server goes by. */
export interface ClientSettings {
  /** The frame as Node's HTTP/2 is to see it. */
  readonly frame: Buffer;
  /** What may be sent on each stream; undefined: as before. */
  readonly streamWindow: number | undefined;
  /** The most bytes of a frame; undefined: as before. */
  readonly maxFrameBytes: number | undefined;
}

const settingBytes = 6;

/** Larger frames bring nothing. */
const largestFrame: number = 256 * 1024;

/**
 * Reads a frame of SETTINGS. Node's HTTP/2 is told that the client keeps no table of headers, so
 * that its header blocks stand for the same wherever they come between the server's own. Gives
 * undefined for a frame that says nothing, or that Node's HTTP/2 is to refuse.
 */
export function readSettings({ flags, stream, bytes }: Frame): ClientSettings | undefined {
  const payload = bytes.subarray(frameHeadBytes);
  const isOdd = stream !== 0 || payload.byteLength % settingBytes !== 0;
  if (isOdd || (flags & frameFlags.ack) !== 0) return undefined;
  const kept: Buffer[] = [Buffer.from([0, settingIds.headerTableSize, 0, 0, 0, 0])];
  let streamWindow: number | undefined;
  let maxFrameBytes: number | undefined;
  for (let offset = 0; offset < payload.byteLength; offset += settingBytes) {
    const id = payload.readUInt16BE(offset);
    const value = payload.readUInt32BE(offset + 2);
    if (id === settingIds.headerTableSize) continue;
    kept.push(payload.subarray(offset, offset + settingBytes));
    if (id === settingIds.initialWindowSize) streamWindow = Math.min(value, largestWindow);
    if (id === settingIds.maxFrameSize)
      maxFrameBytes = Math.min(Math.max(value, defaultMaxFrameBytes), largestFrame);
  }
  const frame = createFrame(
    { type: frameTypes.settings, flags: 0, stream: 0 },
    Buffer.concat(kept),
  );
  return { frame, streamWindow, maxFrameBytes };
}
