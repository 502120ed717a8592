import { decodeHuffman } from "./huffman.ts";

/** One header field. */
export type Field = readonly [name: string, value: string];

/** Decodes the header blocks of one connection, in order (RFC 7541). */
export interface HpackDecoder {
  /** The fields of a block. Throws at a block that breaks the format. */
  decode(block: Uint8Array): readonly Field[];
}

/** HTTP/2's static table (RFC 7541, appendix A), from index 1. */
const staticTable: readonly Field[] = [
  ...list(":authority"),
  ...list(":method", "GET", "POST"),
  ...list(":path", "/", "/index.html"),
  ...list(":scheme", "http", "https"),
  ...list(":status", "200", "204", "206", "304", "400", "404", "500"),
  ...list("accept-charset"),
  ...list("accept-encoding", "gzip, deflate"),
  ...names(`accept-language accept-ranges accept access-control-allow-origin age allow authorization
    cache-control content-disposition content-encoding content-language content-length
    content-location content-range content-type cookie date etag expect expires from host if-match
    if-modified-since if-none-match if-range if-unmodified-since last-modified link location
    max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server
    set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate`),
];

const overheadOfEntry = 32;
/** The table's size unless it is negotiated otherwise. */
const defaultTableBytes = 4096;

function list(name: string, ...values: readonly string[]): readonly Field[] {
  return values.length === 0 ? [[name, ""]] : values.map((value): Field => [name, value]);
}

function names(text: string): readonly Field[] {
  return text.split(/\s+/).map((name): Field => [name, ""]);
}

/** Creates the decoder of one connection. */
export function createHpackDecoder(): HpackDecoder {
  const table: Field[] = [];
  let tableBytes = 0;
  let limit = defaultTableBytes;

  function evict(): void {
    while (tableBytes > limit) {
      const oldest = table.pop();
      if (oldest === undefined) break;
      tableBytes -= sizeOf(oldest);
    }
  }

  function fieldAt(index: number): Field {
    const field = staticTable[index - 1] ?? table[index - staticTable.length - 1];
    if (field === undefined) throw new Error(`a header block names the unknown field ${index}`);
    return field;
  }

  return {
    decode(block) {
      const fields: Field[] = [];
      const reader = createReader(block);
      while (!reader.atEnd()) {
        const first = reader.peek();
        if (first >= 0x80) {
          fields.push(fieldAt(reader.integer(7)));
        } else if (first >= 0x20 && first < 0x40) {
          limit = reader.integer(5);
          evict();
        } else {
          const indexed = first >= 0x40;
          const index = reader.integer(indexed ? 6 : 4);
          const name = index === 0 ? reader.string() : fieldAt(index)[0];
          const field: Field = [name, reader.string()];
          fields.push(field);
          if (indexed) {
            table.unshift(field);
            tableBytes += sizeOf(field);
            evict();
          }
        }
      }
      return fields;
    },
  };
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + overheadOfEntry;
}

interface Reader {
  atEnd(): boolean;
  peek(): number;
  integer(prefixBits: number): number;
  string(): string;
}

function createReader(block: Uint8Array): Reader {
  let position = 0;
  const next = (): number => {
    const byte = block[position];
    if (byte === undefined) throw new Error("a header block ends too early");
    position += 1;
    return byte;
  };
  const integer = (prefixBits: number): number => {
    const full = 2 ** prefixBits - 1;
    let value = next() & full;
    if (value < full) return value;
    for (let shift = 0; ; shift += 7) {
      const byte = next();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  return {
    atEnd: () => position >= block.length,
    peek: () => block[position] ?? 0,
    integer,
    string() {
      const isHuffman = (block[position] ?? 0) >= 0x80;
      const length = integer(7);
      const bytes = block.subarray(position, position + length);
      position += length;
      return isHuffman ? decodeHuffman(bytes) : Buffer.from(bytes).toString("latin1");
    },
  };
}

/**
 * The header blocks of one request, as a client sends it again and again: the
 * first time on a connection with every field added to the server's table, and
 * then by reference.
 */
export function encodeRequestFields(fields: readonly Field[]): {
  readonly first: Buffer;
  readonly again: Buffer;
} {
  const newest = staticTable.length + 1;
  return {
    first: Buffer.concat(
      fields.map(([name, value]) =>
        Buffer.concat([Buffer.of(0x40), encodeString(name), encodeString(value)]),
      ),
    ),
    again: Buffer.from(fields.map((_, index) => 0x80 | (newest + fields.length - 1 - index))),
  };
}

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length >= 0x7f) throw new Error(`the header ${text} is too long for the bench`);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}
