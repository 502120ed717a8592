import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type InferenceService,
  type PredictRequest,
  type PredictResponse,
  type PredictStreamRequest,
  type PredictStreamResponse,
  PredictStreamResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { tensorFromProto, tensorToProto } from "../codecs/tensor.ts";
import { valueFromProto, valueToProto } from "../codecs/value.ts";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { PredictInput, Prediction } from "../core/prediction.ts";
import { createViolationList } from "../core/violations.ts";
import type { Predictor } from "../predict/predictor.ts";
import type { CallContext } from "./call-context.ts";
import { fromFailure } from "./errors.ts";
import { pipeline } from "./pipeline.ts";
import { toStatus } from "./status.ts";

/** What the inference service works with. */
export interface InferenceParts {
  readonly predictor: Predictor;
  readonly clock: Clock;
  /** The most requests of one stream that are in work at once. */
  readonly streamConcurrency: number;
  /** Is told of every fault of the server itself. */
  readonly reportFault: (fault: unknown) => void;
}

/** Makes `presage.v1.InferenceService`. */
export function createInferenceService(
  parts: InferenceParts,
): ServiceImpl<typeof InferenceService> {
  const { predictor, clock, streamConcurrency, reportFault } = parts;

  const predict = async (
    request: PredictRequest,
    context: CallContext,
  ): Promise<PredictResponse> => {
    const input = readInput(request);
    const prediction = await predictor.predict({
      model: request.model,
      version: request.version,
      outputs: request.outputs,
      input,
      signal: context.signal,
      deadline: clock.now() + (context.timeoutMs() ?? Number.POSITIVE_INFINITY),
    });
    return writePrediction(prediction, request);
  };

  const answer = async (
    { request }: PredictStreamRequest,
    context: CallContext,
  ): Promise<PredictStreamResponse> => {
    const requestId = request?.requestId ?? "";
    try {
      if (request === undefined) throw missingField("request");
      const response = await predict(request, context);
      return create(PredictStreamResponseSchema, {
        requestId,
        outcome: { case: "response", value: response },
      });
    } catch (failure) {
      if (context.signal.aborted) throw failure;
      return create(PredictStreamResponseSchema, {
        requestId,
        outcome: { case: "error", value: toStatus(fromFailure(failure, reportFault)) },
      });
    }
  };

  return {
    predict,
    predictStream: (requests: AsyncIterable<PredictStreamRequest>, context: CallContext) =>
      pipeline(requests, {
        concurrency: streamConcurrency,
        answer: (request) => answer(request, context),
      }),
  };
}

function missingField(field: string): ServingError {
  const violations = [{ field, description: "required" }];
  return new ServingError("INVALID_INPUT", `${field}: required`, { violations });
}

function readInput(request: PredictRequest): PredictInput {
  const violations = createViolationList();
  if (request.model === "") violations.add("model", "required");
  const { tensors, rows } = request;
  if (tensors.length === 0 && rows.length === 0) {
    violations.add("rows", "expected at least one row, or tensors");
  } else if (tensors.length > 0 && rows.length > 0) {
    violations.add("rows", "expected either rows or tensors, got both");
  }
  violations.throwIfAny();
  return rows.length > 0
    ? { kind: "rows", rows: rows.map(valueFromProto) }
    : { kind: "tensors", tensors: tensors.map(tensorFromProto) };
}

/**
 * Writes an answer. Messages are plain objects: written out in full, they cost
 * an eighth of what the library's function for making them from parts does.
 */
function writePrediction(prediction: Prediction, request: PredictRequest): PredictResponse {
  const { output } = prediction;
  const tags: PredictResponse["tags"] = {};
  for (const [name, value] of Object.entries(prediction.tags)) tags[name] = valueToProto(value);
  const form = request.tensors.some((tensor) => tensor.data.case === "raw") ? "raw" : "typed";
  return {
    $typeName: "presage.v1.PredictResponse",
    predictionId: prediction.predictionId,
    model: prediction.model,
    version: prediction.version.toString(),
    tensors:
      output.kind === "tensors" ? output.tensors.map((each) => tensorToProto(each, form)) : [],
    rows: output.kind === "rows" ? output.rows.map(valueToProto) : [],
    tags,
    requestId: request.requestId,
    route: { $typeName: "presage.v1.Route", ...prediction.route },
  };
}
