/** Gathers the bytes of one protobuf message. */
export interface MessageOutput {
  /** Begins a message after `lead` bytes that are left free. */
  begin(lead: number): void;
  /** Ends it, and gives its pieces in order. */
  end(): readonly Uint8Array[];
  /** Begins a part whose length comes before it; gives what `close` must be told. */
  open(): number;
  /** Ends the part that was opened last. */
  close(opened: number): void;
  /** Writes an unsigned integer of 32 bits. */
  uint32(value: number): void;
  /** Writes a signed integer of 32 bits, which takes as many bytes as one of 64 if it is negative. */
  int32(value: number): void;
  /** Writes an integer of 64 bits, signed or not. */
  int64(value: bigint): void;
  /** Writes a number in 4 bytes. */
  float(value: number): void;
  /** Writes a number in 8 bytes. */
  double(value: number): void;
  /** Writes a text with its length. */
  string(value: string): void;
  /** Writes bytes as they are. */
  raw(value: Uint8Array): void;
  /** Writes bytes with their length; many are not copied, and must not be changed afterwards. */
  bytes(value: Uint8Array): void;
}

/** Makes an output, which is used again for each message. */
export function createMessageOutput(): MessageOutput {
  return new MessageOutputImplementation();
}

const initialBytes = 16 * 1024;
/** A space that has grown beyond this is not kept. */
const keptBytes = 1024 * 1024;
/** So many bytes are a piece of their own. */
const pieceBytes = 16 * 1024;
/** Texts up to this length are copied character by character, as long as they are ASCII. */
const shortText = 40;

interface Piece {
  /** Where in the space it belongs. */
  at: number;
  readonly bytes: Uint8Array;
}

class MessageOutputImplementation implements MessageOutput {
  #space = Buffer.allocUnsafeSlow(initialBytes);
  #at = 0;
  #pieces: Piece[] = [];

  begin(lead: number): void {
    this.#at = lead;
    // What a failed message has left.
    if (this.#pieces.length > 0) this.#pieces = [];
  }

  end(): readonly Uint8Array[] {
    const space = this.#space;
    if (space.byteLength > keptBytes) this.#space = Buffer.allocUnsafeSlow(initialBytes);
    if (this.#pieces.length === 0) return [copyOf(space, 0, this.#at)];
    const all: Uint8Array[] = [];
    let from = 0;
    for (const { at, bytes } of this.#pieces) {
      if (at > from) all.push(copyOf(space, from, at));
      all.push(bytes);
      from = at;
    }
    if (this.#at > from) all.push(copyOf(space, from, this.#at));
    this.#pieces = [];
    return all;
  }

  open(): number {
    this.#reserve(5);
    const opened = this.#at;
    this.#at += 1;
    return opened;
  }

  close(opened: number): void {
    let length = this.#at - opened - 1;
    for (const { at, bytes } of this.#pieces) if (at > opened) length += bytes.byteLength;
    const more = varintBytes(length) - 1;
    if (more > 0) {
      this.#reserve(more);
      this.#space.copyWithin(opened + 1 + more, opened + 1, this.#at);
      for (const piece of this.#pieces) if (piece.at > opened) piece.at += more;
    }
    const end = this.#at + more;
    this.#at = opened;
    this.#varint(length);
    this.#at = end;
  }

  uint32(value: number): void {
    this.#reserve(5);
    this.#varint(value);
  }

  int32(value: number): void {
    if (value >= 0) this.uint32(value);
    else this.#pair(value >>> 0, 0xffff_ffff);
  }

  int64(value: bigint): void {
    if (value >= 0n && value <= 0xffff_ffffn) {
      this.uint32(Number(value));
      return;
    }
    const unsigned = BigInt.asUintN(64, value);
    this.#pair(Number(unsigned & 0xffff_ffffn), Number(unsigned >> 32n));
  }

  float(value: number): void {
    this.#reserve(4);
    this.#at = this.#space.writeFloatLE(value, this.#at);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at = this.#space.writeDoubleLE(value, this.#at);
  }

  string(value: string): void {
    if (value.length <= shortText && this.#ascii(value)) return;
    // No character of the string takes more.
    this.#reserve(5 + value.length * 3);
    const start = this.#at;
    // Its length, unless it has a character that takes more than a byte.
    const lead = varintBytes(value.length);
    const written = this.#space.write(value, start + lead);
    const more = varintBytes(written) - lead;
    if (more > 0) this.#space.copyWithin(start + lead + more, start + lead, start + lead + written);
    this.#varint(written);
    this.#at = start + lead + more + written;
  }

  bytes(value: Uint8Array): void {
    this.uint32(value.byteLength);
    if (value.byteLength >= pieceBytes) {
      this.#pieces.push({ at: this.#at, bytes: value });
      return;
    }
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.byteLength);
    this.#space.set(value, this.#at);
    this.#at += value.byteLength;
  }

  #ascii(value: string): boolean {
    this.#reserve(1 + value.length);
    const space = this.#space;
    const start = this.#at + 1;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      space[start + index] = code;
    }
    space[this.#at] = value.length;
    this.#at = start + value.length;
    return true;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#space[this.#at] = (rest & 0x7f) | 0x80;
      this.#at += 1;
      rest >>>= 7;
    }
    this.#space[this.#at] = rest;
    this.#at += 1;
  }

  /** Writes an integer of 64 bits in two halves, of which the higher is not 0. */
  #pair(low: number, high: number): void {
    this.#reserve(10);
    for (let shift = 0; shift < 28; shift += 7) this.#byte(((low >>> shift) & 0x7f) | 0x80);
    const middle = (low >>> 28) | ((high & 0x07) << 4);
    const rest = high >>> 3;
    this.#byte(rest === 0 ? middle : middle | 0x80);
    if (rest !== 0) this.#varint(rest);
  }

  #byte(value: number): void {
    this.#space[this.#at] = value;
    this.#at += 1;
  }

  /** Makes room for so many bytes more. */
  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#space.byteLength) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#space.byteLength * 2));
    this.#space.copy(grown, 0, 0, this.#at);
    this.#space = grown;
  }
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Copies into memory that small pieces share, which costs less than setting some aside for each. */
function copyOf(space: Buffer, from: number, to: number): Uint8Array {
  const copy = Buffer.allocUnsafe(to - from);
  space.copy(copy, 0, from, to);
  return copy;
}
