import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { describeRequest, toError, waitFor, writeMetadata } from "./echo.ts";
import {
  type ConformancePayload,
  ConformancePayload_RequestInfoSchema,
  ConformancePayloadSchema,
  type StreamResponseDefinition,
} from "./gen/connectrpc/conformance/v1/service_pb.js";

/** The answers that a request wants on its stream. */
export interface Script {
  /** Whether there are answers that were not given yet. */
  hasNext(): boolean;
  /** Gives the next answer when its time has come, with the requests that it answers. */
  next(requests: readonly Any[]): Promise<ConformancePayload>;
  /** Throws the error that the stream is to end with, if any. */
  end(requests: readonly Any[]): void;
}

/** Starts to answer a stream as a request wants it; without a definition it stays empty. */
export function startScript(
  definition: StreamResponseDefinition | undefined,
  context: HandlerContext,
): Script {
  const answers = definition?.responseData ?? [];
  let given = 0;
  writeMetadata(definition, context);

  return {
    hasNext: () => given < answers.length,
    async next(requests) {
      const payload = create(ConformancePayloadSchema, { data: answers[given] ?? Buffer.alloc(0) });
      if (given === 0) payload.requestInfo = describeRequest(context, requests);
      else if (requests.length > 0) payload.requestInfo = describeOnly(requests);
      await waitFor(definition?.responseDelayMs ?? 0, context.signal);
      given += 1;
      return payload;
    },
    end(requests) {
      if (definition?.error === undefined) return;
      const seen = given === 0 ? describeRequest(context, requests) : undefined;
      throw toError(definition.error, seen);
    },
  };
}

function describeOnly(requests: readonly Any[]): ConformancePayload["requestInfo"] {
  return create(ConformancePayload_RequestInfoSchema, { requests: [...requests] });
}
