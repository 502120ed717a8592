/** What is thrown for anything out of the ordinary; made once, as it is no news to anybody. */
const odd = new Error("the message is not of the usual form");

/**
 * Goes through the bytes of a protobuf message whose fields are all of the usual
 * kinds. It throws for anything that is not, and for what is malformed, which is
 * for a whole reader to tell.
 */
export class MessageInput {
  readonly bytes: Uint8Array;
  /** Where the next field, or part of one, begins. */
  at: number;
  /** Where the message ends. */
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Reads an unsigned integer of up to 28 bits. */
  uint(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const second = this.#byte();
    if (second < 0x80) return (first & 0x7f) | (second << 7);
    const third = this.#byte();
    if (third < 0x80) return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
    const fourth = this.#byte();
    if (fourth >= 0x80) throw odd;
    return (first & 0x7f) | ((second & 0x7f) << 7) | ((third & 0x7f) << 14) | (fourth << 21);
  }

  /** Reads the length of a part, and tells where that ends. */
  endOfPart(): number {
    const length = this.uint();
    const end = this.at + length;
    if (end > this.end) throw odd;
    return end;
  }

  /** Reads a message in this one. */
  message(): MessageInput {
    const end = this.endOfPart();
    const inner = new MessageInput(this.bytes, this.at, end);
    this.at = end;
    return inner;
  }

  /** Reads bytes, and gives them where they lie. */
  part(): Uint8Array {
    const end = this.endOfPart();
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  /** Reads a text of ASCII. */
  text(usual: UsualText): string {
    const end = this.endOfPart();
    const text = usual.read(this.bytes, this.at, end);
    this.at = end;
    return text;
  }

  #byte(): number {
    const { at } = this;
    if (at >= this.end) throw odd;
    this.at = at + 1;
    return this.bytes[at] ?? 0;
  }
}

/**
 * Reads one text of all messages, which mostly is the one before: to see that it
 * is costs less than to make another, and to find out later what it equals.
 */
export class UsualText {
  #last = "";

  /** Reads the bytes from a place to another as ASCII; throws where they are not. */
  read(bytes: Uint8Array, from: number, to: number): string {
    const last = this.#last;
    if (last.length === to - from) {
      let index = 0;
      while (index < last.length && bytes[from + index] === last.charCodeAt(index)) index += 1;
      if (index === last.length) return last;
    }
    for (let at = from; at < to; at += 1) if ((bytes[at] ?? 0) > 0x7f) throw odd;
    this.#last = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
    return this.#last;
  }
}

/** Throws for a field that is not of the usual kind. */
export function refuseField(): never {
  throw odd;
}
