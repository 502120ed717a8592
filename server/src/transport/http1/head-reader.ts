import { type RecognisedHead, type RequestHead, recogniseHead } from "./request-head.ts";

/** Heads up to this length are kept, to know the next one by. */
const maxKeptLength = 4096;

/** Recognises the heads of one connection, where clients send the same again and again. */
export class HeadReader {
  #last: RequestHead | undefined;

  /** Recognises the head that the bytes begin with. */
  read(bytes: Buffer): RecognisedHead {
    const last = this.#last;
    if (last !== undefined && beginsWith(bytes, last.text)) return last;
    const head = recogniseHead(bytes);
    if (typeof head !== "string" && head.text.length <= maxKeptLength) this.#last = head;
    return head;
  }
}

function beginsWith(bytes: Buffer, text: string): boolean {
  return bytes.length >= text.length && bytes.toString("latin1", 0, text.length) === text;
}
