import type { Registry } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ContextValues,
  createConnectRouter,
  createContextValues,
} from "@connectrpc/connect";
import type {
  UniversalHandler,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import type { CallProtocol, CallRecord } from "../core/call-record.ts";
import { protocolKey, recordKey } from "../services/call-context.ts";
import type { CallParts, CallSteps } from "./calls.ts";
import { compressions } from "./compression.ts";
import { type AcceptedMessages, checkBody, checkQuery } from "./connect-messages.ts";
import { followResponse, noteAnswer, protocolOf } from "./connect-record.ts";
import { clampDeadline } from "./deadline-header.ts";
import type { Exchange } from "./exchange.ts";
import { decodeBase64, encodeBase64, isGrpcWebText, swapTextForm } from "./grpc-web-text.ts";
import type { AnyRequest, AnyResponse, Handler } from "./handler.ts";
import { readHeaders, readUrl } from "./plain-context.ts";
import type { PlainAnswer } from "./plain-protocols.ts";
import type { Body } from "./request-body.ts";

/** Answers calls of any kind. */
export interface ConnectLane {
  /** Answers a call that Node's HTTP has taken. */
  take(request: AnyRequest, response: AnyResponse): void;
  /** Answers a call with one answer, whose request was read already. */
  takeRead(exchange: Exchange, body: Uint8Array): void;
}

/** What the Connect lane works with. */
export interface ConnectLaneOptions extends CallParts {
  /** The steps of every call. */
  readonly steps: CallSteps;
  /** Registers every service. */
  readonly routes: (router: ConnectRouter) => void;
  /** The messages that a `google.protobuf.Any` may hold, which JSON shows in full. */
  readonly anyTypes: Registry;
  /** Answers a request whose path is no method of a service. */
  readonly otherwise: Handler;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** The most values that one request message may hold. */
  readonly maxValues: number;
  /** The longest deadline that a call may ask for, in milliseconds. */
  readonly maxDeadlineMs: number;
}

/**
 * Makes the full lane: every method of every service, over gRPC, gRPC-Web and
 * Connect, by Connect's own protocol engine.
 */
export function createConnectLane(options: ConnectLaneOptions): ConnectLane {
  const router = createConnectRouter({
    acceptCompression: compressions,
    jsonOptions: { registry: options.anyTypes },
    readMaxBytes: options.maxRequestBytes,
    writeMaxBytes: options.maxResponseBytes,
    interceptors: [options.steps.interceptor],
  });
  options.routes(router);
  const methods = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  return {
    take(request, response) {
      const method = methods.get((request.url ?? "").split("?", 1)[0] ?? "");
      if (method === undefined) options.otherwise(request, response);
      else void answer(method, request, response);
    },
    takeRead(exchange, body) {
      const method = methods.get(exchange.path);
      if (method !== undefined) void answerRead(method, exchange, body);
    },
  };

  function begin(method: UniversalHandler, { header }: UniversalServerRequest): BegunCall {
    const startedAt = performance.now();
    clampDeadline(header, options.maxDeadlineMs);
    const protocol = protocolOf(header.get("content-type") ?? undefined);
    const record = options.steps.begin({
      method: method.requestPath.slice(1),
      protocol,
      startedAt,
      header: (name) => header.get(name) ?? undefined,
    });
    const contextValues = createContextValues().set(recordKey, record).set(protocolKey, protocol);
    return { record, protocol, contextValues };
  }

  async function answer(
    method: UniversalHandler,
    request: AnyRequest,
    response: AnyResponse,
  ): Promise<void> {
    let universal: UniversalServerRequest;
    try {
      universal = universalRequestFromNodeRequest(request, response, undefined, undefined);
    } catch {
      // Neither a Host header nor a URL that can be read: not a request that a client library makes.
      response.statusCode = 400;
      response.end("bad request: no host, or no path\n");
      return;
    }
    const { record, protocol, contextValues } = begin(method, universal);
    const followed = followResponse(record, response);
    try {
      const asked = { ...universal, contextValues };
      const answered = await runMethod(method, asked, { ...options, record, protocol });
      followed.answered(answered);
      await universalResponseToNodeResponse(answered, response);
    } catch (failure) {
      if (!isGone(request, response) && !isLeaving(failure)) fault(record, failure);
      response.destroy();
    }
  }

  async function answerRead(
    method: UniversalHandler,
    exchange: Exchange,
    body: Uint8Array,
  ): Promise<void> {
    const caller = new AbortController();
    exchange.onClose(() => caller.abort());
    const request: UniversalServerRequest = {
      httpVersion: exchange.version === 2 ? "2.0" : "1.1",
      method: "POST",
      url: readUrl(exchange),
      header: readHeaders(exchange),
      body: createAsyncIterable([body]),
      signal: caller.signal,
      contextValues: createContextValues(),
    };
    const { record, protocol, contextValues } = begin(method, request);
    try {
      const asked = { ...request, contextValues };
      const answered = await runMethod(method, asked, { ...options, record, protocol });
      const pieces: Uint8Array[] = [];
      for await (const piece of answered.body ?? []) pieces.push(piece);
      noteAnswer(record, answered);
      exchange.send(wholeAnswer(answered, pieces));
    } catch (failure) {
      fault(record, failure);
      exchange.send({ status: 500, contentType: "text/plain", body: [] });
    }
    record.end();
  }

  function fault(record: CallRecord, failure: unknown): void {
    record.fail({ status: "INTERNAL", error: undefined });
    options.reportFault(failure);
  }
}

interface BegunCall {
  readonly record: CallRecord;
  readonly protocol: CallProtocol;
  readonly contextValues: ContextValues;
}

/** Puts an answer of the engine's into the form in which exchanges send them. */
function wholeAnswer(
  { status, header, trailer }: UniversalServerResponse,
  body: readonly Uint8Array[],
): PlainAnswer {
  const {
    "content-type": contentType = "",
    // Exchanges tell the length themselves.
    "content-length": _length,
    ...headers
  } = Object.fromEntries(header ?? []);
  const trailers = trailer === undefined ? undefined : Object.fromEntries(trailer);
  return { status, contentType, headers, body, trailers };
}

function isGone(request: AnyRequest, response: AnyResponse): boolean {
  if ("stream" in request) return request.stream.destroyed;
  return request.destroyed || response.destroyed;
}

/** Tells the end of a caller's connection from a fault of the server. */
function isLeaving(failure: unknown): boolean {
  const { code, cause } = ConnectError.from(failure);
  const premature =
    cause instanceof Error && "code" in cause && cause.code === "ERR_STREAM_PREMATURE_CLOSE";
  return code === Code.Aborted || code === Code.Canceled || premature;
}

async function runMethod(
  method: UniversalHandler,
  request: UniversalServerRequest,
  accepted: AcceptedMessages,
): Promise<UniversalServerResponse> {
  const contentType = request.header.get("content-type") ?? "";
  if (request.method === "GET") return checkQuery(method, request, accepted) ?? method(request);
  if (!isByteStream(request.body)) return method(request);
  if (!isGrpcWebText(contentType)) {
    const body = checkBody(method, { ...request, body: request.body }, accepted);
    return method({ ...request, body });
  }
  request.header.set("content-type", swapTextForm(contentType));
  const decoded = { ...request, body: decodeBase64(request.body) };
  const body = checkBody(method, decoded, accepted);
  const answered = await method({ ...request, body });
  answered.header?.set("content-type", swapTextForm(answered.header.get("content-type") ?? ""));
  return answered.body === undefined
    ? answered
    : { ...answered, body: encodeBase64(answered.body) };
}

function isByteStream(body: UniversalServerRequest["body"]): body is Body {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
