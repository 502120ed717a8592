import { HpackError } from "./hpack-error.ts";
import { decodeHuffman } from "./huffman.ts";

const huffmanCoded = 0x80;
/** The bits of all further bytes of an integer; no number in a header block needs more. */
const maxFurtherBits = 28;
/** Up to this length a text is made faster one character at a time. */
const shortText = 6;
const nothing = Buffer.alloc(0);

/** Takes the parts of a header block one after the other. Throws an HpackError where one is cut off. */
export class BlockReader {
  #block: Buffer = nothing;
  #at = 0;

  /** Begins to read a block, which must not change meanwhile. */
  open(block: Uint8Array): void {
    this.#block =
      block instanceof Buffer
        ? block
        : Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    this.#at = 0;
  }

  /** Lets go of the block, which may be a small part of much memory. */
  close(): void {
    this.#block = nothing;
  }

  /** Whether all is read. */
  get ended(): boolean {
    return this.#at >= this.#block.length;
  }

  /** Reads a byte. */
  byte(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw cutOff();
    this.#at += 1;
    return byte;
  }

  /** Reads the integer that begins in those bits of `first`, the byte that was read last, that `mask` has. */
  integer(first: number, mask: number): number {
    const start = first & mask;
    return start < mask ? start : this.#longInteger(mask);
  }

  /** Reads a text with its length. */
  text(): string {
    const first = this.byte();
    const length = this.integer(first, 0x7f);
    const block = this.#block;
    const start = this.#at;
    const end = start + length;
    if (end > block.length) throw cutOff();
    this.#at = end;
    if (first >= huffmanCoded) return decodeHuffman(block, start, end);
    if (length > shortText) return block.toString("latin1", start, end);
    let text = "";
    for (let at = start; at < end; at += 1) text += String.fromCharCode(block[at] ?? 0);
    return text;
  }

  #longInteger(start: number): number {
    let value = start;
    for (let shift = 0; shift < maxFurtherBits; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new HpackError("an integer is too large");
  }
}

function cutOff(): HpackError {
  return new HpackError("the header block is cut off");
}
