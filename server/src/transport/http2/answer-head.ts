import type { PlainAnswer } from "../plain-protocols.ts";
import { encodeHeaders, fieldBytes, writeField } from "./hpack/header-encoder.ts";

const starts = new Map<string, Map<number, Buffer>>();

/** The block of what most answers begin with, made once for each status and content type of ours. */
function startBlock(status: number, contentType: string): Buffer {
  const known = starts.get(contentType) ?? new Map<number, Buffer>();
  const block =
    known.get(status) ??
    encodeHeaders([
      [":status", String(status)],
      ["content-type", contentType],
    ]);
  starts.set(contentType, known.set(status, block));
  return block;
}

const second = 1000;
let dateSecond = 0;
let dateBlock: Buffer = Buffer.alloc(0);

/** The block of the date, made once a second. */
function currentDate(): Buffer {
  const now = Date.now();
  if (now - dateSecond < second && now >= dateSecond) return dateBlock;
  dateSecond = now - (now % second);
  dateBlock = encodeHeaders([["date", new Date(now).toUTCString()]]);
  return dateBlock;
}

type Fields = Readonly<Record<string, string>>;

/** The head of an answer, ready to be written. */
export class AnswerHead {
  readonly #start: Buffer;
  readonly #date: Buffer;
  readonly #fields: readonly (Fields | undefined)[];
  /** At most so many bytes are written. */
  readonly bytes: number;

  /** `added` goes out besides the answer's own headers. Their values were checked where they were added. */
  constructor(answer: PlainAnswer, bodyBytes: number, added: Fields | undefined) {
    this.#start = startBlock(answer.status, answer.contentType);
    this.#date = currentDate();
    const { contentEncoding } = answer;
    this.#fields = [
      answer.headers,
      added,
      contentEncoding === undefined ? undefined : { "content-encoding": contentEncoding },
      answer.trailers === undefined ? { "content-length": String(bodyBytes) } : undefined,
    ];
    let bytes = this.#start.byteLength + this.#date.byteLength;
    for (const fields of this.#fields) bytes += fields === undefined ? 0 : fieldsBytes(fields);
    this.bytes = bytes;
  }

  /** Writes the head at an offset, and gives the offset behind it. */
  write(target: Buffer, offset: number): number {
    target.set(this.#start, offset);
    let end = offset + this.#start.byteLength;
    target.set(this.#date, end);
    end += this.#date.byteLength;
    for (const fields of this.#fields) {
      if (fields === undefined) continue;
      for (const name in fields) end = writeField(target, end, name, fields[name] ?? "");
    }
    return end;
  }
}

function fieldsBytes(fields: Fields): number {
  let bytes = 0;
  for (const name in fields) {
    const value = fields[name] ?? "";
    bytes += fieldBytes(name, value);
  }
  return bytes;
}

const trailerBlocks = new WeakMap<Fields, Buffer>();

/** The block of an answer's trailers; those that many answers share are encoded once. */
export function trailerBlock(trailers: Fields): Buffer {
  const known = trailerBlocks.get(trailers);
  if (known !== undefined) return known;
  fieldsBytes(trailers);
  const block = encodeHeaders(Object.entries(trailers));
  if (Object.isFrozen(trailers)) trailerBlocks.set(trailers, block);
  return block;
}
