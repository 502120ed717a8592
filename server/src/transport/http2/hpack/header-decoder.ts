import { BlockReader } from "./block-reader.ts";
import { DynamicTable, fieldOverhead } from "./dynamic-table.ts";
import { HpackError } from "./hpack-error.ts";

export { HpackError };

/** A header list as it came: name, value, name, value … */
export type HeaderList = readonly string[];

/** How large a header list may be. */
export interface HeaderLimits {
  /** The bytes of all names and values, and 32 for each field (RFC 9113, section 6.5.2). */
  readonly maxListBytes: number;
  /** The number of fields. */
  readonly maxFields: number;
}

/** Reads the header blocks of one connection, each of which may build on those before it. */
export interface HeaderDecoder {
  /**
   * Decodes one whole header block; every one of the connection must come here, in
   * order. Gives undefined for a list beyond the limits, after which the connection
   * goes on as well. Gives the same array again for the bytes of the block before it,
   * as long as neither changed what the connection knows. Throws an HpackError, after
   * which the connection is lost (COMPRESSION_ERROR).
   */
  decode(block: Uint8Array): HeaderList | undefined;
}

/** Makes the decoder of one connection, whose table has the protocol's default size of 4096 bytes. */
export function createHeaderDecoder(limits: HeaderLimits): HeaderDecoder {
  return new HeaderDecoderImplementation(limits);
}

/** Longer blocks are not remembered: they come again least often, and cost most to keep. */
const rememberedBytes = 512;

const indexed = 0x80;
const addedLiteral = 0x40;
const resize = 0x20;

class HeaderDecoderImplementation implements HeaderDecoder {
  readonly #maxListBytes: number;
  readonly #maxFields: number;
  readonly #table = new DynamicTable();
  readonly #reader = new BlockReader();
  /** The block before, if it left the table as it was, and its list; a length of -1 stands for none. */
  readonly #lastBlock = new Uint8Array(rememberedBytes);
  #lastLength = -1;
  #lastList: HeaderList = [];

  constructor(limits: HeaderLimits) {
    this.#maxListBytes = limits.maxListBytes;
    this.#maxFields = limits.maxFields;
  }

  decode(block: Uint8Array): HeaderList | undefined {
    if (this.#isLast(block)) return this.#lastList;
    this.#lastLength = -1;
    const reader = this.#reader;
    const table = this.#table;
    const list: string[] = [];
    let listBytes = 0;
    let fields = 0;
    let changed = false;
    reader.open(block);
    while (!reader.ended) {
      const first = reader.byte();
      let name: string;
      let value: string;
      if (first >= indexed) {
        ({ name, value } = table.at(reader.integer(first, 0x7f)));
      } else if (first >= resize && first < addedLiteral) {
        if (fields > 0) throw new HpackError("the table's size changes after a field");
        table.resize(reader.integer(first, 0x1f));
        changed = true;
        continue;
      } else {
        const isAdded = first >= addedLiteral;
        const index = reader.integer(first, isAdded ? 0x3f : 0x0f);
        name = index === 0 ? reader.text() : table.at(index).name;
        value = reader.text();
        if (isAdded) {
          table.add({ name, value });
          changed = true;
        }
      }
      fields += 1;
      listBytes += name.length + value.length + fieldOverhead;
      // What is beyond the limits must still be read, since it may change the table.
      if (listBytes <= this.#maxListBytes && fields <= this.#maxFields) list.push(name, value);
    }
    reader.close();
    if (listBytes > this.#maxListBytes || fields > this.#maxFields) return undefined;
    if (!changed) this.#remember(block, list);
    return list;
  }

  #isLast(block: Uint8Array): boolean {
    if (block.length !== this.#lastLength) return false;
    const last = this.#lastBlock;
    for (let at = 0; at < block.length; at += 1) if (block[at] !== last[at]) return false;
    return true;
  }

  #remember(block: Uint8Array, list: HeaderList): void {
    if (block.length > rememberedBytes) return;
    this.#lastBlock.set(block);
    this.#lastLength = block.length;
    this.#lastList = list;
  }
}
