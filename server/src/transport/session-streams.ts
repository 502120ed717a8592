import type { ServerHttp2Session, ServerHttp2Stream } from "node:http2";

/**
 * Gives a new session other tables for its streams, which hold on to nothing that has left them.
 *
 * Node keeps the streams of a session in a `Map`, and those that have no id yet in a `Set`. V8
 * makes either a new table after every few deletions, and old tables point to their successors:
 * once one has grown old in a full garbage collection, it keeps all that follow from being
 * collected with the young objects, and with them a stream for every few calls. Copying those was
 * a fifth of the CPU time of a bare HTTP/2 server, and more of one that keeps more for each call.
 *
 * Where Node does not keep its streams so, nothing is done.
 */
export function keepStreamsApart(session: ServerHttp2Session): void {
  const state = findState(session);
  if (state === undefined) return;
  state.streams = new StreamMap();
  state.pendingStreams = new StreamSet();
}

interface SessionState {
  streams: Map<number, ServerHttp2Stream>;
  pendingStreams: Set<ServerHttp2Stream>;
}

let key: symbol | undefined;

function findState(session: ServerHttp2Session): SessionState | undefined {
  key ??= Object.getOwnPropertySymbols(session).find((each) => isState(Reflect.get(session, each)));
  const state: unknown = key === undefined ? undefined : Reflect.get(session, key);
  return isState(state) ? state : undefined;
}

function isState(value: unknown): value is SessionState {
  return (
    typeof value === "object" &&
    value !== null &&
    "streams" in value &&
    isEmpty(value.streams, "[object Map]") &&
    "pendingStreams" in value &&
    isEmpty(value.pendingStreams, "[object Set]")
  );
}

/** Node's own kinds of `Map` and `Set` do not inherit from those of the language. */
function isEmpty(value: unknown, tag: string): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.prototype.toString.call(value) === tag &&
    "size" in value &&
    value.size === 0
  );
}

/** A `Map` over two arrays: a search among the open streams is quicker than a table of them. */
export class StreamMap<Stream> extends Map<number, Stream> {
  readonly #ids: number[] = [];
  readonly #streams: Stream[] = [];

  override get size(): number {
    return this.#ids.length;
  }

  override get(id: number): Stream | undefined {
    return this.#streams[this.#ids.indexOf(id)];
  }

  override has(id: number): boolean {
    return this.#ids.includes(id);
  }

  override set(id: number, stream: Stream): this {
    const known = this.#ids.indexOf(id);
    const place = known === -1 ? this.#ids.push(id) - 1 : known;
    this.#streams[place] = stream;
    return this;
  }

  override delete(id: number): boolean {
    const place = this.#ids.indexOf(id);
    if (place === -1) return false;
    const last = this.#streams.pop();
    const lastId = this.#ids.pop();
    if (last === undefined || lastId === undefined || lastId === id) return true;
    this.#ids[place] = lastId;
    this.#streams[place] = last;
    return true;
  }

  override clear(): void {
    this.#ids.length = 0;
    this.#streams.length = 0;
  }

  override keys(): MapIterator<number> {
    return [...this.#ids].values();
  }

  override values(): MapIterator<Stream> {
    return [...this.#streams].values();
  }

  override entries(): MapIterator<[number, Stream]> {
    const pairs = this.#streams.map((stream, place): [number, Stream] => [
      this.#ids[place] ?? 0,
      stream,
    ]);
    return pairs.values();
  }

  override [Symbol.iterator](): MapIterator<[number, Stream]> {
    return this.entries();
  }

  override forEach(take: (stream: Stream, id: number, map: this) => void): void {
    for (const [id, stream] of this.entries()) take(stream, id, this);
  }
}

/** A `Set` over an array: hardly ever more than one stream waits for its id. */
export class StreamSet<Stream> extends Set<Stream> {
  readonly #streams: Stream[] = [];

  override get size(): number {
    return this.#streams.length;
  }

  override has(stream: Stream): boolean {
    return this.#streams.includes(stream);
  }

  override add(stream: Stream): this {
    if (!this.has(stream)) this.#streams.push(stream);
    return this;
  }

  override delete(stream: Stream): boolean {
    const place = this.#streams.indexOf(stream);
    if (place === -1) return false;
    const last = this.#streams.pop();
    if (last !== undefined && last !== stream) this.#streams[place] = last;
    return true;
  }

  override clear(): void {
    this.#streams.length = 0;
  }

  override values(): SetIterator<Stream> {
    return [...this.#streams].values();
  }

  override keys(): SetIterator<Stream> {
    return this.values();
  }

  override entries(): SetIterator<[Stream, Stream]> {
    const entries = this.#streams.map((each): [Stream, Stream] => [each, each]);
    return entries.values();
  }

  override [Symbol.iterator](): SetIterator<Stream> {
    return this.values();
  }

  override forEach(take: (stream: Stream, again: Stream, set: this) => void): void {
    for (const stream of this.values()) take(stream, stream, this);
  }
}
