import { type Frame, frameFlags, frameHeadBytes, largestWindow } from "./frames.ts";

/** The headers that came with a frame of HEADERS and those that continue it. */
export interface HeaderBlock {
  readonly stream: number;
  /** Whether the client sends nothing after them. */
  readonly isEnd: boolean;
  readonly block: Buffer;
  /** The stream that this one is to come after, which is no longer gone by. */
  readonly dependsOn: number | undefined;
}

/** More frames are not gathered for one block: an endless one costs the client nothing. */
const mostFrames = 32;

const padLengthBytes = 1;
/** The bytes of a priority (RFC 9113, section 6.3). */
export const priorityBytes = 5;

/** Reads the stream that a priority names. */
export function readDependency(bytes: Buffer, offset: number): number {
  return bytes.readUInt32BE(offset) & largestWindow;
}

/** Gathers header blocks from their frames (RFC 9113, sections 6.2 and 6.10). */
export class HeaderGatherer {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #stream = 0;
  #isEnd = false;
  #dependsOn: number | undefined = undefined;

  /** A block may have so many bytes. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The stream whose block is not whole; only a frame that continues it may come now. */
  get awaited(): number | undefined {
    return this.#parts.length === 0 ? undefined : this.#stream;
  }

  /** Takes a frame of HEADERS. Gives the block if it is whole, "malformed" for padding that cannot be. */
  begin({ flags, stream, bytes }: Frame): HeaderBlock | "malformed" | "too large" | undefined {
    const isPadded = (flags & frameFlags.padded) !== 0;
    const padding = isPadded ? (bytes[frameHeadBytes] ?? 0) : 0;
    const hasPriority = (flags & frameFlags.priority) !== 0;
    const priority = frameHeadBytes + (isPadded ? padLengthBytes : 0);
    const start = priority + (hasPriority ? priorityBytes : 0);
    const end = bytes.byteLength - padding;
    if (start > end) return "malformed";
    const part = bytes.subarray(start, end);
    const isEnd = (flags & frameFlags.endStream) !== 0;
    const dependsOn = hasPriority ? readDependency(bytes, priority) : undefined;
    if ((flags & frameFlags.endHeaders) !== 0) return { stream, isEnd, block: part, dependsOn };
    this.#stream = stream;
    this.#isEnd = isEnd;
    this.#dependsOn = dependsOn;
    this.#bytes = 0;
    return this.#add(part);
  }

  /** Takes a frame that continues the block. */
  proceed({ flags, bytes }: Frame): HeaderBlock | "too large" | undefined {
    const added = this.#add(bytes.subarray(frameHeadBytes));
    if (added !== undefined) return added;
    if ((flags & frameFlags.endHeaders) === 0) return undefined;
    const block = Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    return { stream: this.#stream, isEnd: this.#isEnd, block, dependsOn: this.#dependsOn };
  }

  #add(part: Buffer): "too large" | undefined {
    this.#parts.push(part);
    this.#bytes += part.byteLength;
    return this.#bytes > this.#maxBytes || this.#parts.length > mostFrames
      ? "too large"
      : undefined;
  }
}
