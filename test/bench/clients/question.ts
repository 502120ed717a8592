import { create } from "@bufbuild/protobuf";
import {
  type PredictRequest,
  PredictRequestSchema,
  type PredictResponse,
  type PredictStreamResponse,
} from "@presage/gen/presage/v1/inference_pb";
import { DataType, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { recordedAnswers } from "../../support/recorded.ts";

/** The model that clients ask. */
export const model = "breast-cancer";

const recorded = recordedAnswers(model);

/** The row that they ask about. */
export const row: Float64Array = Float64Array.from(recorded.rows[0] ?? [], Number);

const probabilities = (recorded.answers["1"]?.["probabilities"]?.[0] ?? []) as readonly number[];

/** Throws unless these are the probabilities of the row. */
export function checkProbabilities(values: ArrayLike<number | bigint | string> | undefined): void {
  const given = values?.[0];
  if (typeof given !== "number" || Math.abs(given - Number(probabilities[0])) > 1e-6)
    throw new Error(`answered ${String(given)} instead of ${String(probabilities[0])}`);
}

/** The request as clients without an SDK make it, from the row each time. */
export function createRequest(): PredictRequest {
  const raw = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
  return create(PredictRequestSchema, {
    model,
    tensors: [
      create(TensorSchema, {
        name: "X",
        dataType: DataType.FP64,
        shape: [1n, BigInt(row.length)],
        data: { case: "raw", value: raw },
      }),
    ],
  });
}

/** Reads an answer as clients without an SDK do. Throws if it is not the right one. */
export function checkResponse({ tensors }: PredictResponse): void {
  const data = tensors.find(({ name }) => name === "probabilities")?.data;
  if (data?.case !== "raw") throw new Error("answered without probabilities");
  const { buffer, byteOffset, byteLength } = data.value;
  checkProbabilities(new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength)));
}

/** Reads an answer of a stream. Throws if it is not the right one. */
export function checkOutcome({ outcome }: PredictStreamResponse): void {
  if (outcome.case !== "response") throw new Error(outcome.value?.message ?? "no outcome");
  checkResponse(outcome.value);
}
