import type { PredictRequest, PredictResponse } from "@presage/gen/presage/v1/inference_pb";
import { PresageError } from "./errors.ts";
import type { Reportable } from "./feedback.ts";
import type { RequestOptions } from "./options.ts";
import { type Answer, decodeValue, decodeValues, encodeRows, isManyRows } from "./rows.ts";
import { decodeTensors, encodeTensors, type TensorInputs, type Tensors } from "./tensors.ts";

/** What every answer tells beside its outputs. */
export interface PredictionFacts {
  /** Names this prediction, unique over all servers, for feedback. Keep it as it is. */
  readonly predictionId: string;
  /** The model that answered. */
  readonly model: string;
  /** The number of the version that answered. */
  readonly version: string;
  /** Which policy chose the version, and why. */
  readonly route: Route;
  /** Facts about the request, e.g. `shape_input_data`. */
  readonly tags: Answer;
  /** The request's own name; empty if it had none. */
  readonly requestId: string;
}

/** Which policy chose the version of an answer, and why. */
export interface Route {
  /** The policy's name, e.g. `requested`, `stable` or `latest`. */
  readonly policy: string;
  /** The reason, for people. */
  readonly reason: string;
}

/** The answer to many rows. */
export interface RowsPrediction<A = Answer> extends PredictionFacts, Reportable {
  /** The answers, in the order of the rows. */
  readonly rows: readonly A[];
}

/** The answer to one row. */
export interface Prediction<A = Answer> extends RowsPrediction<A> {
  /** The answer, which is the first of `rows`. */
  readonly row: A;
}

/** The answer to tensors. */
export interface TensorsPrediction extends PredictionFacts, Reportable {
  /** The outputs, by name. */
  readonly tensors: Tensors;
}

/** A prediction as it was read: what it tells, without what it can do. */
export type Plain<P> = P extends Reportable ? Omit<P, keyof Reportable> : never;

/** One request of a stream: rows, as predict() takes them, or tensors, as predictTensors() does. */
export type StreamRequest<R extends object = object> = RequestOptions & {
  /**
   * The model.
   * @default the stream's model
   */
  readonly model?: string | undefined;
} & (
    | { readonly rows: R | readonly R[]; readonly tensors?: undefined }
    | { readonly tensors: TensorInputs; readonly rows?: undefined }
  );

/** One answer of a stream: it has rows if its request had rows, else tensors. */
export interface StreamPrediction<A = Answer> extends RowsPrediction<A>, TensorsPrediction {}

/**
 * Writes one request. Throws `invalid_argument` for what cannot be sent. It is
 * a plain object: to make it from parts by the library would cost several times as much.
 */
export function encodeRequest(model: string, request: StreamRequest): PredictRequest {
  const { rows, tensors } = request;
  return {
    $typeName: "presage.v1.PredictRequest",
    model: request.model ?? model,
    version: request.version === undefined ? "" : String(request.version),
    routingKey: request.routingKey ?? "",
    requestId: request.requestId ?? "",
    outputs: [...(request.outputs ?? [])],
    tensors: tensors === undefined ? [] : encodeTensors(tensors),
    rows: rows === undefined ? [] : encodeRows(isManyRows(rows) ? rows : [rows]),
  };
}

/** Reads what every answer tells beside its outputs. */
export function decodeFacts(response: PredictResponse): PredictionFacts {
  return {
    predictionId: response.predictionId,
    model: response.model,
    version: response.version,
    route: { policy: response.route?.policy ?? "", reason: response.route?.reason ?? "" },
    tags: decodeValues(response.tags),
    requestId: response.requestId,
  };
}

/**
 * Reads the answer to rows, or to one row, which the answer then has as `row`.
 * Throws `internal` if it has none.
 */
export function decodePrediction<A>(
  rows: object,
  response: PredictResponse,
): Plain<RowsPrediction<A> | Prediction<A>> {
  const prediction = decodeRows<A>(response);
  if (isManyRows(rows)) return prediction;
  const [row] = prediction.rows;
  if (row === undefined) throw new PresageError("internal", "the answer to one row has no row");
  return { ...prediction, row };
}

/** Reads the answer to rows; `A` is the caller's word for what the model answers. */
export function decodeRows<A>(response: PredictResponse): Plain<RowsPrediction<A>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller says what A is
  const rows = response.rows.map((row) => decodeValue(row) as A);
  return { ...decodeFacts(response), rows };
}

/** Reads the answer to tensors. */
export function decodeOutputs(response: PredictResponse): Plain<TensorsPrediction> {
  return { ...decodeFacts(response), tensors: decodeTensors(response.tensors) };
}
