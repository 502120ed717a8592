import { create, createRegistry, type Registry } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { describeRequest, toError, waitFor, writeMetadata } from "./echo.ts";
import {
  type BidiStreamRequest,
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload,
  ConformancePayloadSchema,
  type ConformanceService,
  file_connectrpc_conformance_v1_service,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  UnaryRequestSchema,
  type UnaryResponseDefinition,
} from "./gen/connectrpc/conformance/v1/service_pb.js";
import { type Script, startScript } from "./script.ts";

/** What answers of the service hold in a `google.protobuf.Any`. */
export const conformanceTypes: Registry = createRegistry(file_connectrpc_conformance_v1_service);

/** The service that the suite calls, all but its method that is to be unknown. */
export const conformanceService: Partial<ServiceImpl<typeof ConformanceService>> = {
  async unary(request, context) {
    const requests = [anyPack(UnaryRequestSchema, request)];
    return { payload: await answerOnce(request.responseDefinition, requests, context) };
  },

  async idempotentUnary(request, context) {
    const requests = [anyPack(IdempotentUnaryRequestSchema, request)];
    return { payload: await answerOnce(request.responseDefinition, requests, context) };
  },

  async clientStream(stream, context) {
    let definition: UnaryResponseDefinition | undefined;
    const requests: Any[] = [];
    for await (const request of stream) {
      if (requests.length === 0) definition = request.responseDefinition;
      requests.push(anyPack(ClientStreamRequestSchema, request));
    }
    return { payload: await answerOnce(definition, requests, context) };
  },

  async *serverStream(request, context) {
    const script = startScript(request.responseDefinition, context);
    let unanswered = [anyPack(ServerStreamRequestSchema, request)];
    while (script.hasNext()) {
      yield { payload: await script.next(unanswered) };
      unanswered = [];
    }
    script.end(unanswered);
  },

  async *bidiStream(stream, context) {
    let first: BidiStreamRequest | undefined;
    let script: Script | undefined;
    let unanswered: Any[] = [];
    for await (const request of stream) {
      unanswered.push(anyPack(BidiStreamRequestSchema, request));
      first ??= request;
      script ??= startScript(first.responseDefinition, context);
      if (!first.fullDuplex) continue;
      if (!script.hasNext()) break;
      yield { payload: await script.next(unanswered) };
      unanswered = [];
    }
    while (script?.hasNext() === true) {
      yield { payload: await script.next(unanswered) };
      unanswered = [];
    }
    script?.end(unanswered);
  },
};

async function answerOnce(
  definition: UnaryResponseDefinition | undefined,
  requests: readonly Any[],
  context: HandlerContext,
): Promise<ConformancePayload> {
  const requestInfo = describeRequest(context, requests);
  writeMetadata(definition, context);
  await waitFor(definition?.responseDelayMs ?? 0, context.signal);
  const { response } = definition ?? {};
  if (response?.case === "error") throw toError(response.value, requestInfo);
  return create(ConformancePayloadSchema, {
    requestInfo,
    ...(response?.case === "responseData" && { data: response.value }),
  });
}
