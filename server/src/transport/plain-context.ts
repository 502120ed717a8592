import type { CallRecord } from "../core/call-record.ts";
import type { CallContext } from "../services/call-context.ts";
import type { CallHead } from "./exchange.ts";
import type { PlainSignal } from "./plain-signal.ts";

/** What a method has added to its answer; undefined where it has added nothing. */
export interface AddedMetadata {
  readonly header: Headers | undefined;
  readonly trailer: Headers | undefined;
  /** Headers that were added one by one. */
  readonly plain?: Readonly<Record<string, string>> | undefined;
}

/** What a method may ask of a call on the plain lane, and add to its answer. */
export interface PlainContext extends CallContext {
  readonly added: AddedMetadata;
}

/** What the context of a call is made of. */
export interface PlainContextParts {
  readonly exchange: CallHead;
  readonly signal: PlainSignal;
  /** The time that the call has, in milliseconds from now; undefined: no deadline. */
  readonly timeoutMs: number | undefined;
  readonly record: CallRecord;
}

/** Makes the context of one call. */
export function createPlainContext(parts: PlainContextParts): PlainContext {
  return new PlainContextImplementation(parts);
}

/** What a header value must not have in it. */
const unfit = /[^\t\u0020-\u007e\u0080-\u00ff]/;

// Everything that costs is made when it is first asked for: most methods ask for none of it.
class PlainContextImplementation implements PlainContext {
  readonly requestMethod = "POST";
  readonly record: CallRecord;
  readonly #exchange: CallHead;
  readonly #signal: PlainSignal;
  readonly #timeoutMs: number | undefined;
  readonly #started: number;
  #requestHeader: Headers | undefined;
  #responseHeader: Headers | undefined;
  #responseTrailer: Headers | undefined;
  #added: Record<string, string> | undefined;

  constructor({ exchange, signal, timeoutMs, record }: PlainContextParts) {
    this.record = record;
    this.#exchange = exchange;
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#started = timeoutMs === undefined ? 0 : performance.now();
  }

  get signal(): PlainSignal {
    return this.#signal;
  }

  header(name: string): string | undefined {
    return readHeader(this.#exchange, name);
  }

  addHeader(name: string, value: string): void {
    // Here, as `Headers` would: the method fails then, and not the sending of its answer.
    if (unfit.test(value)) throw new TypeError(`a value of the header ${name} is none`);
    this.#added ??= {};
    this.#added[name] = value;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= readHeaders(this.#exchange);
    return this.#requestHeader;
  }

  get responseHeader(): Headers {
    this.#responseHeader ??= new Headers();
    return this.#responseHeader;
  }

  get responseTrailer(): Headers {
    this.#responseTrailer ??= new Headers();
    return this.#responseTrailer;
  }

  get added(): AddedMetadata {
    const [header, trailer] = [this.#responseHeader, this.#responseTrailer];
    return { header, trailer, plain: this.#added };
  }

  get url(): string {
    return readUrl(this.#exchange);
  }

  timeoutMs(): number | undefined {
    if (this.#timeoutMs === undefined) return undefined;
    return Math.max(0, this.#timeoutMs - (performance.now() - this.#started));
  }
}

/** Reads one header of a request, by its name in lower case. */
export function readHeader({ headers }: CallHead, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.join(", ");
}

/** Reads where a request went. */
export function readUrl({ headers, path }: CallHead): string {
  const authority = headers[":authority"] ?? headers.host ?? "localhost";
  return `http://${String(authority)}${path}`;
}

/** Reads all headers of a request. */
export function readHeaders({ headers }: CallHead): Headers {
  const read = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(":") || value === undefined) continue;
    for (const each of typeof value === "string" ? [value] : value) read.append(name, each);
  }
  return read;
}
