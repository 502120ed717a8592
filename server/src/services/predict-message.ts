import type { PredictRequest, PredictResponse } from "@presage/gen/presage/v1/inference_pb";
import type { Tensor as TensorMessage } from "@presage/gen/presage/v1/tensor_pb";
import { tensorFromProto, tensorToProto } from "../codecs/tensor.ts";
import { valueFromProto, valueToProto } from "../codecs/value.ts";
import type { GenericInput, PredictCall, Prediction } from "../core/prediction.ts";
import type { Tensor } from "../core/tensor.ts";
import { createViolationList } from "../core/violations.ts";

/** What a request asks, in no format's terms. */
export type Question = Pick<PredictCall, "model" | "version" | "outputs" | "input">;

/** The same with the caller's own name for it. */
export interface IdentifiedQuestion extends Question {
  readonly requestId: string;
}

/** Reads what a request asks. Throws INVALID_INPUT with every violation. */
export function readQuestion(request: PredictRequest): Question {
  const { model, version, outputs } = request;
  return { model, version, outputs, input: readInput(request) };
}

function readInput({ model, tensors, rows }: PredictRequest): GenericInput {
  const violations = createViolationList();
  if (model === "") violations.add("model", "required");
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
 * Writes the answer to a request. Messages are plain objects: written out in full,
 * they cost an eighth of what the library's function for making them from parts does.
 */
export function writePrediction(prediction: Prediction, request: PredictRequest): PredictResponse {
  const { output, route } = prediction;
  const tags: PredictResponse["tags"] = {};
  for (const name of Object.keys(prediction.tags))
    tags[name] = valueToProto(prediction.tags[name] ?? null);
  return {
    $typeName: "presage.v1.PredictResponse",
    predictionId: prediction.predictionId,
    model: prediction.model,
    version: prediction.version.toString(),
    tensors: output.kind === "tensors" ? writeTensors(output.tensors, request) : [],
    rows: output.kind === "rows" ? output.rows.map(valueToProto) : [],
    tags,
    requestId: request.requestId,
    route: { $typeName: "presage.v1.Route", policy: route.policy, reason: route.reason },
  };
}

function writeTensors(
  tensors: readonly Tensor[],
  request: PredictRequest,
): PredictResponse["tensors"] {
  let form: "raw" | "typed" = "typed";
  for (const { data } of request.tensors) if (data.case === "raw") form = "raw";
  const written: TensorMessage[] = [];
  for (const tensor of tensors) written.push(tensorToProto(tensor, form));
  return written;
}
