import http2, { type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { DescMessage } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { compressedFlag } from "@connectrpc/connect/protocol";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { abortError, ServingError } from "../core/errors.ts";
import type { CallContext } from "../services/call-context.ts";
import type { CallSteps } from "./calls.ts";
import { readDeadline } from "./deadline-header.ts";
import { createEnvelopeReader, headerBytes } from "./envelope-reader.ts";
import type { CallHead } from "./exchange.ts";
import { createGatheredWriter } from "./gathered-writer.ts";
import { readBinary } from "./message-check.ts";
import { createBinaryWriter, type Form } from "./message-format.ts";
import { assertResponseSize } from "./message-limits.ts";
import type { AnyMessage } from "./message-writer.ts";
import { type AddedMetadata, createPlainContext, readHeader } from "./plain-context.ts";

import {
  byteLength,
  findPlainProtocol,
  grpcProtocols,
  type PlainProtocol,
} from "./plain-protocols.ts";
import { createPlainSignal, startDeadline } from "./plain-signal.ts";

/** A method that streams both ways, and answers each request on its own. */
export interface StreamMethod {
  /** The path of its calls, e.g. `/presage.v1.InferenceService/PredictStream`. */
  readonly path: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** Answers one request; an answer may leave fields out. A rejection ends the whole stream. */
  answer(request: AnyMessage, context: CallContext): Promise<object>;
}

/** What the stream lane works with. */
export interface StreamLaneOptions {
  readonly methods: readonly StreamMethod[];
  readonly steps: CallSteps;
  /** The most requests of one stream that are in work at once. */
  readonly concurrency: number;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** The most values that one request message may hold. */
  readonly maxValues: number;
  readonly maxDeadlineMs: number;
}

/** A call on an HTTP/2 stream. */
export interface StreamCall {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  /** Headers that the answer carries besides its own. */
  readonly answerHeaders: Readonly<Record<string, string>> | undefined;
}

/** Takes streams of the common kind. */
export interface StreamLane {
  /** Takes a POST request if it is a stream of the common kind, and answers it; else returns false. */
  take(call: StreamCall): boolean;
}

/**
 * Makes the short way for the common kind of stream: gRPC over HTTP/2, neither
 * compressed nor with odd headers. It decides by the headers alone; every other
 * stream goes to Connect's engine. Answers are written as they come, in any order.
 */
export function createStreamLane(options: StreamLaneOptions): StreamLane {
  const methods = new Map(
    options.methods.map((method) => [
      method.path,
      { ...method, write: createBinaryWriter(method.output) },
    ]),
  );
  return {
    take(call) {
      const { stream, headers } = call;
      const path = headers[":path"] ?? "";
      const method = methods.get(path);
      if (method === undefined) return false;
      const protocol = findPlainProtocol(grpcProtocols, headers, 2);
      if (protocol === undefined) return false;
      const asked = headers[protocol.deadlineHeader];
      const timeoutMs =
        typeof asked === "string"
          ? readDeadline(protocol.deadlineHeader, asked, options.maxDeadlineMs)
          : undefined;
      if (asked !== undefined && timeoutMs === undefined) return false;
      const head: CallHead = {
        path,
        headers,
        version: 2,
        onClose: (listener) => stream.on("close", listener),
      };
      answerStream({ ...call, head, method, protocol, timeoutMs }, options);
      return true;
    },
  };
}

interface PreparedMethod extends StreamMethod {
  readonly write: Form["write"];
}

interface TakenCall extends StreamCall {
  readonly head: CallHead;
  readonly method: PreparedMethod;
  readonly protocol: PlainProtocol;
  readonly timeoutMs: number | undefined;
}

const nothingAdded: AddedMetadata = { header: undefined, trailer: undefined };

/** So many bytes may wait for their turn before no more are read. */
const backlogBytes = 64 * 1024;

function answerStream(call: TakenCall, options: StreamLaneOptions): void {
  const { head, stream, method, protocol, timeoutMs } = call;
  const { steps, concurrency } = options;
  const reader = createEnvelopeReader(options.maxRequestBytes);
  const writer = createGatheredWriter(stream, () => takeRequests());
  const signal = createPlainSignal();
  const record = steps.begin({
    method: method.path.slice(1),
    protocol: protocol.name,
    startedAt: performance.now(),
    header: (name) => readHeader(head, name),
  });
  const failing = { signal, record, protocol: protocol.name };
  const context = createPlainContext({ exchange: head, signal, timeoutMs, record });
  const timer = timeoutMs === undefined ? undefined : startDeadline(timeoutMs, signal);
  /** The requests in work. */
  let working = 0;
  /** Whether the caller has sent everything. */
  let received = false;
  let turnAsked = false;
  let over = false;

  const receive = (chunk: Uint8Array): void => {
    reader.push(chunk);
    takeRequests();
  };

  const isFree = (): boolean => !over && working < concurrency && !writer.full;

  function takeRequests(): void {
    try {
      while (isFree()) {
        const envelope = reader.take();
        if (envelope === undefined) break;
        const request = readBinary(method.input, openEnvelope(envelope), options.maxValues);
        working += 1;
        method.answer(request, context).then(answered, failed);
      }
      if (received && isFree()) endReceived();
    } catch (failure) {
      const refused = failure instanceof ServingError;
      end(refused ? steps.refuse(failure, failing) : steps.fail(failure, failing));
    }
    if (!isFree() && !over && reader.size >= backlogBytes) stream.pause();
    else if (stream.isPaused()) stream.resume();
  }

  /** Ends a stream whose last request was taken, once that is answered. */
  function endReceived(): void {
    reader.end();
    if (working === 0) end(undefined);
  }

  function answered(answer: object): void {
    working -= 1;
    if (over) return;
    try {
      const message = method.write(answer, answer, headerBytes);
      const { body } = protocol.succeed(message, nothingAdded);
      assertResponseSize(byteLength(body) - headerBytes, options.maxResponseBytes);
      writer.add(body);
    } catch (failure) {
      failed(failure);
    }
    if (turnAsked) return;
    turnAsked = true;
    // After everything else that ends just now: a batch answers many at once.
    process.nextTick(runTurn);
  }

  function failed(failure: unknown): void {
    end(steps.fail(failure, failing));
  }

  function runTurn(): void {
    turnAsked = false;
    write();
    takeRequests();
  }

  /** Writes the answers that have come, after the headers of the whole. */
  function write(): void {
    if (over || stream.destroyed || stream.closed) return;
    if (!stream.headersSent) begin(call, context.added.header);
    writer.flush();
  }

  function end(error: ConnectError | undefined): void {
    if (over) return;
    write();
    over = true;
    clearTimeout(timer);
    stream.off("data", receive);
    if (!stream.destroyed && !stream.closed) {
      const trailer = setTrailerStatus(context.added.trailer ?? new Headers(), error);
      stream.on("wantTrailers", () => stream.sendTrailers(Object.fromEntries(trailer)));
      stream.end();
    }
    // What is still in work has nobody who waits for it.
    signal.abort(undefined);
  }

  signal.addEventListener("abort", () => {
    if (!over) end(steps.fail(abortError(signal), failing));
  });
  head.onClose(() => {
    signal.abort(undefined);
    // What its caller gives up may look like the end of his requests before.
    if (stream.rstCode !== http2.constants.NGHTTP2_NO_ERROR)
      record.fail({ status: "CANCELLED", error: undefined });
    record.end();
  });
  stream.on("data", receive);
  stream.on("end", () => {
    received = true;
    takeRequests();
  });
}

function begin({ stream, answerHeaders }: TakenCall, added: Headers | undefined): void {
  const head = {
    ":status": 200,
    ...(added !== undefined && Object.fromEntries(added)),
    "content-type": "application/grpc+proto",
    ...answerHeaders,
  };
  stream.respond(head, { waitForTrailers: true });
}

/** Takes the message out of an envelope. Throws what Connect's engine does. */
function openEnvelope(envelope: Uint8Array): Uint8Array {
  const [flags = 0] = envelope;
  if ((flags & compressedFlag) !== 0) {
    throw new ConnectError(
      "received compressed envelope, but do not know how to decompress",
      Code.Internal,
    );
  }
  return envelope.subarray(headerBytes);
}
