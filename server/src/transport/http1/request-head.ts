import type { IncomingHttpHeaders } from "node:http";

/** The head of a request of the common form. */
export interface RequestHead {
  readonly path: string;
  /** As Node shows them: names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly contentLength: number;
  /** The head as it came, in Latin-1, its closing empty line included. */
  readonly text: string;
}

/** What bytes at the start of a request are. */
export type RecognisedHead =
  | RequestHead
  /** The beginning of a head that may yet be of the common form. */
  | "begun"
  /** Something else, whatever follows. */
  | "other";

/** The largest request head, in bytes; Connect's GET requests carry their message in it. */
export const maxHeadBytes: number = 32 * 1024;

/** More headers than these are none of the common form. */
const maxHeaders = 100;

const opening = Buffer.from("POST /");
const headEnd = Buffer.from("\r\n\r\n");
const requestLine = /POST (\/[!-~]*) HTTP\/1\.1\r\n/y;
const headerLine = /([!#$%&'*+\-.^_`|~\dA-Za-z]+): ?([!-~](?:[ -~]*[!-~])?)\r\n/y;
const lineFeedAlone = /(?:^|[^\r])\n/;
/** Written in one way only: no sign, no zero ahead, and no more than a number holds. */
const plainLength = /^(?:0|[1-9]\d{0,14})$/;

/** Headers that change how a request is read or kept, so that it is none of the common form. */
const decisive: ReadonlySet<string> = new Set([
  "transfer-encoding",
  "trailer",
  "expect",
  "upgrade",
  "http2-settings",
  "proxy-connection",
  // Node shows it as a list.
  "set-cookie",
]);

/**
 * Recognises a request of the common form: a POST over HTTP/1.1 that keeps its connection, names
 * one host and one length, and has no header twice or in an unusual way. It judges nothing: what
 * is not exactly so is for Node's parser, from its first byte.
 */
export function recogniseHead(bytes: Buffer): RecognisedHead {
  if (!opensLikePost(bytes)) return "other";
  const lastLine = bytes.indexOf(headEnd);
  if (lastLine === -1) return isBegun(bytes) ? "begun" : "other";
  const length = lastLine + headEnd.length;
  if (length > maxHeadBytes) return "other";
  const text = bytes.toString("latin1", 0, length);
  const lines = readLines(text, lastLine + 2);
  const contentLength = lines?.headers["content-length"];
  if (lines?.headers.host === undefined || contentLength === undefined) return "other";
  return { ...lines, contentLength: Number(contentLength), text };
}

function opensLikePost(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, opening.length);
  return bytes.compare(opening, 0, length, 0, length) === 0;
}

/** Tells whether a head may be of the common form as far as it has come, so that no mistake waits. */
function isBegun(bytes: Buffer): boolean {
  if (bytes.length >= maxHeadBytes) return false;
  const text = bytes.toString("latin1");
  if (lineFeedAlone.test(text)) return false;
  const whole = text.lastIndexOf("\r\n") + 2;
  return whole === 1 || readLines(text, whole) !== undefined;
}

/** Reads the lines before `end`; undefined where one is not of the common form. */
function readLines(text: string, end: number): Pick<RequestHead, "path" | "headers"> | undefined {
  requestLine.lastIndex = 0;
  const path = requestLine.exec(text)?.[1];
  if (path === undefined) return undefined;
  const headers: IncomingHttpHeaders = {};
  headerLine.lastIndex = requestLine.lastIndex;
  for (let count = 0; headerLine.lastIndex < end; count += 1) {
    const [, written, value] = headerLine.exec(text) ?? [];
    if (written === undefined || value === undefined || count === maxHeaders) return undefined;
    const name = written.toLowerCase();
    // What every object has counts as there already, and so is left to Node too.
    if (headers[name] !== undefined || !isUsual(name, value)) return undefined;
    headers[name] = value;
  }
  return { path, headers };
}

function isUsual(name: string, value: string): boolean {
  if (name === "content-length") return plainLength.test(value);
  if (name === "connection") return value.toLowerCase() === "keep-alive";
  return !decisive.has(name);
}
