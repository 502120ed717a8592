import type { IncomingHttpHeaders } from "node:http2";
import type { ClientFramesHost, ClientFramesParts } from "./client-host.ts";
import { errorCodes, type Frame, frameTypes, headerFrames } from "./frames.ts";
import { type HeaderBlock, HeaderGatherer } from "./header-gatherer.ts";
import type { HeaderList } from "./hpack/header-decoder.ts";
import { encodeHeaders } from "./hpack/header-encoder.ts";
import { HpackError } from "./hpack/hpack-error.ts";
import { readCallHeaders } from "./request-headers.ts";

/** Follows the headers of a client's requests, and the trailers, which come in the same frames. */
export class ClientHeaders {
  /** The highest stream that the client has opened. */
  lastStream = 0;
  readonly #parts: ClientFramesParts;
  readonly #host: ClientFramesHost;
  readonly #gatherer: HeaderGatherer;
  #lastList: HeaderList | undefined;
  #lastHeaders: IncomingHttpHeaders | undefined;

  constructor(parts: ClientFramesParts) {
    this.#parts = parts;
    this.#host = parts.host;
    this.#gatherer = new HeaderGatherer(parts.maxBlockBytes);
  }

  /** Whether a frame may not come now, as a header block is not whole that it does not continue. */
  refuses({ type, stream }: Pick<Frame, "type" | "stream">): boolean {
    const { awaited } = this.#gatherer;
    const continues = type === frameTypes.continuation;
    return awaited === undefined ? continues : !continues || stream !== awaited;
  }

  /** Takes a frame of HEADERS, or one that continues it. */
  take(frame: Frame): void {
    const isFirst = frame.type === frameTypes.headers;
    this.#takeBlock(isFirst ? this.#gatherer.begin(frame) : this.#gatherer.proceed(frame));
  }

  #takeBlock(gathered: HeaderBlock | "malformed" | "too large" | undefined): void {
    if (gathered === undefined) return;
    if (gathered === "malformed") {
      this.#host.fail(errorCodes.protocolError);
      return;
    }
    if (gathered === "too large") {
      this.#host.fail(errorCodes.enhanceYourCalm);
      return;
    }
    let list: HeaderList | undefined;
    try {
      list = this.#parts.decoder.decode(gathered.block);
    } catch (error) {
      if (!(error instanceof HpackError)) throw error;
      this.#host.fail(errorCodes.compressionError);
      return;
    }
    const { stream } = gathered;
    if (stream % 2 === 0) this.#host.fail(errorCodes.protocolError);
    else if (gathered.dependsOn === stream) {
      this.lastStream = Math.max(stream, this.lastStream);
      this.#host.reset(stream, errorCodes.protocolError);
      this.#host.offend();
    } else if (stream > this.lastStream) this.#openStream(gathered, list);
    else this.#takeTrailers(gathered, list);
  }

  #openStream({ stream, isEnd }: HeaderBlock, list: HeaderList | undefined): void {
    const { rest } = this.#parts;
    this.lastStream = stream;
    if (list === undefined) {
      this.#host.reset(stream, errorCodes.enhanceYourCalm);
      this.#host.offend();
    } else if (!this.#host.hasRoom()) {
      this.#host.reset(stream, errorCodes.refusedStream);
      this.#host.offend();
    } else if (isEnd || !this.#takeCall(stream, list)) {
      rest.open(stream, isEnd);
      this.#host.pass(headerFrames(stream, encodeHeaders(pairs(list)), isEnd));
    }
  }

  #takeCall(stream: number, list: HeaderList): boolean {
    if (list !== this.#lastList) {
      this.#lastList = list;
      this.#lastHeaders = readCallHeaders(list);
    }
    const headers = this.#lastHeaders;
    return headers !== undefined && this.#host.takeCall(stream, headers);
  }

  #takeTrailers({ stream, isEnd }: HeaderBlock, list: HeaderList | undefined): void {
    const call = this.#parts.calls.find(stream);
    if (call === undefined) {
      if (!this.#parts.rest.has(stream)) {
        if (!this.#parts.calls.wasReset(stream)) this.#host.fail(errorCodes.streamClosed);
      } else {
        this.#host.pass(headerFrames(stream, encodeHeaders(pairs(list ?? [])), isEnd));
        if (isEnd) this.#parts.rest.endRequest(stream);
      }
    } else if (call.hasRequest) this.#host.refuseClosed(stream);
    else if (!isEnd || list === undefined || list.some((text) => text.startsWith(":"))) {
      this.#host.reset(stream, errorCodes.protocolError);
      this.#host.offend();
    } else this.#parts.calls.finish(call);
  }
}

function* pairs(list: HeaderList): Iterable<readonly [string, string]> {
  for (let index = 0; index < list.length; index += 2)
    yield [list[index] ?? "", list[index + 1] ?? ""];
}
