import type { Registry } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
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
import { protocolKey, recordKey } from "../services/call-context.ts";
import type { CallParts, CallSteps } from "./calls.ts";
import { compressions } from "./compression.ts";
import { type AcceptedMessages, checkBody, checkQuery } from "./connect-messages.ts";
import { followResponse, protocolOf } from "./connect-record.ts";
import { clampDeadline } from "./deadline-header.ts";
import { decodeBase64, encodeBase64, isGrpcWebText, swapTextForm } from "./grpc-web-text.ts";
import type { AnyRequest, AnyResponse, Handler } from "./handler.ts";
import type { Body } from "./request-body.ts";

/**
 * Answers a call. `body` is the request's body where it was read already; else
 * it is read from the request.
 */
export type ConnectLane = (request: AnyRequest, response: AnyResponse, body?: Uint8Array) => void;

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

  return (request, response, body) => {
    const method = methods.get((request.url ?? "").split("?", 1)[0] ?? "");
    if (method === undefined) options.otherwise(request, response);
    else void answer(method, { request, response, body });
  };

  async function answer(
    method: UniversalHandler,
    { request, response, body }: Exchange,
  ): Promise<void> {
    const startedAt = performance.now();
    let universal: UniversalServerRequest;
    try {
      universal = universalRequestFromNodeRequest(request, response, undefined, undefined);
      clampDeadline(universal.header, options.maxDeadlineMs);
      if (body !== undefined) universal.body = createAsyncIterable([body]);
    } catch {
      // Neither a Host header nor a URL that can be read: not a request that a client library makes.
      response.statusCode = 400;
      response.end("bad request: no host, or no path\n");
      return;
    }
    const { header } = universal;
    const protocol = protocolOf(request.headers["content-type"]);
    const record = options.steps.begin({
      method: method.requestPath.slice(1),
      protocol,
      startedAt,
      header: (name) => header.get(name) ?? undefined,
    });
    universal.contextValues = createContextValues()
      .set(recordKey, record)
      .set(protocolKey, protocol);
    const followed = followResponse(record, response);
    try {
      const answered = await runMethod(method, universal, { ...options, record, protocol });
      followed.answered(answered);
      await universalResponseToNodeResponse(answered, response);
    } catch (failure) {
      if (!isGone(request, response) && !isLeaving(failure)) {
        record.fail({ status: "INTERNAL", error: undefined });
        options.reportFault(failure);
      }
      response.destroy();
    }
  }
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

interface Exchange {
  readonly request: AnyRequest;
  readonly response: AnyResponse;
  readonly body: Uint8Array | undefined;
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
