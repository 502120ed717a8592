import http from "node:http";
import type { PlainAnswer } from "../plain-protocols.ts";

/** What a head is written from. */
export interface AnswerHeadParts {
  readonly answer: PlainAnswer;
  /** Bytes of the body. */
  readonly length: number;
  /** Headers that come first, and that the answer's own replace. */
  readonly added: Readonly<Record<string, string>> | undefined;
  /** Says that the connection ends with this answer. */
  readonly close: boolean;
}

/** Writes the heads of answers as Node's HTTP/1.1 does. */
export interface AnswerHeads {
  /** Writes one, its empty line included; throws Node's TypeError for a header that is none. */
  write(parts: AnswerHeadParts): string;
}

/** Makes the writer; `keepAliveMs` is how long a connection waits for its next request. */
export function createAnswerHeads(keepAliveMs: number): AnswerHeads {
  const seconds = Math.floor(keepAliveMs / 1000);
  const kept = `Connection: keep-alive\r\n${keepAliveMs > 0 ? `Keep-Alive: timeout=${seconds}\r\n` : ""}\r\n`;
  let second = -1;
  let date = "";
  /** The date and all that follows, as it is the same for a second. */
  let keptTail = "";

  const renew = (): void => {
    const now = Math.floor(Date.now() / 1000);
    if (now === second) return;
    second = now;
    date = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
    keptTail = date + kept;
  };

  return {
    write({ answer, length, added, close }) {
      renew();
      const tail = close ? `${date}Connection: close\r\n\r\n` : keptTail;
      const { status, contentType, headers, contentEncoding } = answer;
      if (added === undefined && headers === undefined && contentEncoding === undefined)
        return `${statusLine(status)}content-type: ${contentType}\r\ncontent-length: ${length}\r\n${tail}`;
      let lines = statusLine(status);
      const all = {
        ...added,
        ...headers,
        "content-type": contentType,
        "content-length": String(length),
        ...(contentEncoding !== undefined && { "content-encoding": contentEncoding }),
      };
      for (const [name, value] of Object.entries(all)) {
        http.validateHeaderName(name);
        http.validateHeaderValue(name, value);
        lines += `${name}: ${value}\r\n`;
      }
      return lines + tail;
    },
  };
}

const okLine = "HTTP/1.1 200 OK\r\n";

function statusLine(status: number): string {
  return status === 200
    ? okLine
    : `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? "unknown"}\r\n`;
}
