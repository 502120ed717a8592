import { type ConnectRouter, createConnectRouter } from "@connectrpc/connect";
import type {
  UniversalHandler,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import { ServingError } from "../core/errors.ts";
import { toConnectError } from "../services/errors.ts";
import { type CallParts, createCallSteps } from "./calls.ts";
import { decodeBase64, encodeBase64, isGrpcWebText, swapTextForm } from "./grpc-web-text.ts";
import type { AnyRequest, AnyResponse, Handler } from "./handler.ts";
import { type Body, limitEnvelopes, limitMessage, refuseDuplicateKeys } from "./request-body.ts";

/** What the Connect lane works with. */
export interface ConnectLaneOptions extends CallParts {
  /** Registers every service. */
  readonly routes: (router: ConnectRouter) => void;
  /** Answers a request whose path is no method of a service. */
  readonly otherwise: Handler;
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  /** The longest deadline that a call may ask for, in milliseconds. */
  readonly maxDeadlineMs: number;
}

/**
 * Makes the full lane: every method of every service, over gRPC, gRPC-Web and
 * Connect, by Connect's own protocol engine.
 */
export function createConnectLane(options: ConnectLaneOptions): Handler {
  const router = createConnectRouter({
    acceptCompression: [compressionGzip, compressionBrotli],
    readMaxBytes: options.maxRequestBytes,
    writeMaxBytes: options.maxResponseBytes,
    maxTimeoutMs: options.maxDeadlineMs,
    interceptors: createCallSteps(options),
  });
  options.routes(router);
  const methods = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  return (request, response) => {
    const method = methods.get((request.url ?? "").split("?", 1)[0] ?? "");
    if (method === undefined) options.otherwise(request, response);
    else void answer(method, request, response);
  };

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
    try {
      const answered = await runMethod(method, universal, options.maxRequestBytes);
      await universalResponseToNodeResponse(answered, response);
    } catch (failure) {
      // A caller that is gone takes its connection with it; anything else is ours to mend.
      if (!response.destroyed && !request.destroyed) options.reportFault(failure);
      response.destroy();
    }
  }
}

async function runMethod(
  method: UniversalHandler,
  request: UniversalServerRequest,
  limit: number,
): Promise<UniversalServerResponse> {
  const contentType = request.header.get("content-type") ?? "";
  if (!isByteStream(request.body)) return method(request);
  if (!isGrpcWebText(contentType)) {
    return method({ ...request, body: checkBody(request, request.body, limit) });
  }
  request.header.set("content-type", swapTextForm(contentType));
  const body = checkBody(request, decodeBase64(request.body), limit);
  const answered = await method({ ...request, body });
  answered.header?.set("content-type", swapTextForm(answered.header.get("content-type") ?? ""));
  return answered.body === undefined
    ? answered
    : { ...answered, body: encodeBase64(answered.body) };
}

function isByteStream(body: UniversalServerRequest["body"]): body is Body {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

const wholeMessage = /^application\/(json|proto)\b/i;
const jsonMessage = /^application\/json\b/i;

/** Checks what Connect's engine cannot, or would tell in words that mean nothing to our callers. */
function checkBody({ header }: UniversalServerRequest, body: Body, limit: number): Body {
  const contentType = header.get("content-type") ?? "";
  if (!wholeMessage.test(contentType)) return translated(limitEnvelopes(body, limit));
  // The engine would refuse by the declared length before the first byte is read.
  if (Number(header.get("content-length")) > limit) header.delete("content-length");
  const limited = limitMessage(body, limit);
  const plain = (header.get("content-encoding") ?? "identity") === "identity";
  return translated(
    plain && jsonMessage.test(contentType) ? refuseDuplicateKeys(limited) : limited,
  );
}

async function* translated(body: Body): Body {
  try {
    yield* body;
  } catch (failure) {
    throw failure instanceof ServingError ? toConnectError(failure) : failure;
  }
}
