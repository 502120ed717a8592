import type { Transport } from "@connectrpc/connect";
import { Health } from "@presage/gen/grpc/health/v1/health_pb";
import { InferenceService, type PredictResponse } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { type CallerOptions, createCaller, type Environment } from "./calls.ts";
import { PresageError } from "./errors.ts";
import {
  type Feedback,
  type FeedbackReceipt,
  predictScored,
  type ScoredPrediction,
  sendFeedback,
  withFeedback,
} from "./feedback.ts";
import { decodeHealth, type HealthOptions, type HealthStatus } from "./health.ts";
import { decodeMetrics, type ModelMetrics } from "./metrics.ts";
import { encodeMetricsQuery, type MetricsOptions } from "./metrics-query.ts";
import { decodeModel, type ModelInfo } from "./models.ts";
import type { CallOptions, PredictOptions } from "./options.ts";
import {
  decodeOutputs,
  decodePrediction,
  encodeRequest,
  type Plain,
  type Prediction,
  type RowsPrediction,
  type StreamRequest,
  type TensorsPrediction,
} from "./predictions.ts";
import type { Answer, Row } from "./rows.ts";
import { runStream, type StreamResult } from "./stream.ts";
import type { TensorInputs } from "./tensors.ts";
import { watchMetrics } from "./watch.ts";

/** A client of one Presage server. Every method rejects with a PresageError. */
export interface PresageClient {
  /**
   * Predicts many rows, each an object of named features or a list of values
   * in signature order. A list of only objects and lists is many rows. `A` is
   * the caller's word for what the model answers; it is not checked.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name their row type
  predict<R extends object = Row, A = Answer>(
    model: string,
    rows: readonly R[],
    options?: PredictOptions,
  ): Promise<RowsPrediction<A>>;
  /**
   * Predicts one row: an object, or a list of values in signature order. A
   * list whose values are all lists would be taken for many rows: wrap it in
   * another list.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name their row type
  predict<R extends object = Row, A = Answer>(
    model: string,
    row: R,
    options?: PredictOptions,
  ): Promise<Prediction<A>>;
  /**
   * Predicts tensors, given by input name. Elements are typed arrays on both
   * sides, and are not copied where their alignment allows: leave the given
   * ones unchanged until the answer is there.
   */
  predictTensors(
    model: string,
    tensors: TensorInputs,
    options?: PredictOptions,
  ): Promise<TensorsPrediction>;
  /**
   * Predicts a stream of requests, several at a time. Results come as they
   * are ready, not in the order of the requests: tell them by `requestId`. A
   * request that fails gives a result with an `error` and ends nothing.
   * Leaving the loop cancels the stream. It needs HTTP/2, so it fails with
   * `unimplemented` in browsers. What the source throws is thrown unchanged.
   */
  predictStream<R extends object = Row, A = Answer>(
    model: string,
    source: Iterable<StreamRequest<R>> | AsyncIterable<StreamRequest<R>>,
    options?: CallOptions,
  ): AsyncIterableIterator<StreamResult<A>>;
  /**
   * Reports what was true of a prediction, or what it was worth, by its
   * `predictionId`: at once or months later, from any process. It resolves once
   * the report is kept for good. To report the same again changes nothing, and
   * another truth corrects the one before, so it is tried again like a prediction.
   */
  feedback(
    predictionId: string,
    feedback: Feedback,
    options?: CallOptions,
  ): Promise<FeedbackReceipt>;
  /**
   * Predicts many rows whose truth or reward is known already, and counts that
   * prediction at once. Each call counts as new rows, so nothing is tried again:
   * if it fails with `unavailable` or `deadline_exceeded`, the rows may have been
   * counted. To correct the report, use the `predictionId` of its answer.
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name their row type
  predictWithFeedback<R extends object = Row, A = Answer>(
    model: string,
    rows: readonly R[],
    feedback: Feedback,
    options?: PredictOptions,
  ): Promise<ScoredPrediction<RowsPrediction<A>>>;
  /** Predicts one row whose truth or reward is known already, in the same way. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name their row type
  predictWithFeedback<R extends object = Row, A = Answer>(
    model: string,
    row: R,
    feedback: Feedback,
    options?: PredictOptions,
  ): Promise<ScoredPrediction<Prediction<A>>>;
  /** Predicts tensors whose rows' truth or reward is known already, in the same way. */
  predictTensorsWithFeedback(
    model: string,
    tensors: TensorInputs,
    feedback: Feedback,
    options?: PredictOptions,
  ): Promise<ScoredPrediction<TensorsPrediction>>;
  /** Tells how good the versions of a model are, by all the feedback that was taken. */
  metrics(model: string, options?: MetricsOptions): Promise<ModelMetrics>;
  /**
   * Tells the same at once, and again whenever there is something new, at most
   * once a second. Answers are read as the loop asks for them, and leaving it
   * cancels the stream, which has no deadline unless one is set. It fails with
   * `unavailable` when the server stops, and is not opened again by itself.
   */
  watchMetrics(model: string, options?: MetricsOptions): AsyncIterableIterator<ModelMetrics>;
  /** Lists the models, sorted by name. */
  models(options?: CallOptions): Promise<readonly ModelInfo[]>;
  /** Tells about one model; `not_found` if the server holds none of the name. */
  model(name: string, options?: CallOptions): Promise<ModelInfo>;
  /** Asks whether the server answers calls. It is asked once: nothing is tried again. */
  health(options?: HealthOptions): Promise<HealthStatus>;
}

/** Makes a client over a transport. Throws `invalid_argument` for options that do not fit. */
export function createPresageClient(
  transport: Transport,
  options: CallerOptions = {},
  environment?: Environment,
): PresageClient {
  const caller = createCaller(transport, options, environment);
  const { predict, metrics } = InferenceService.method;
  const { listModels, getModel } = ModelService.method;

  async function predictRows<A>(
    model: string,
    rows: object,
    call: PredictOptions = {},
  ): Promise<RowsPrediction<A> | Prediction<A>> {
    const response = await caller.unary(predict, encodeRequest(model, { ...call, rows }), call);
    return withFeedback(caller, decodePrediction<A>(rows, response));
  }

  async function predictRowsScored<A>(
    model: string,
    rows: object,
    feedback: Feedback,
    call: PredictOptions = {},
  ): Promise<ScoredPrediction<RowsPrediction<A> | Prediction<A>>> {
    const request = encodeRequest(model, { ...call, rows });
    const decode = (response: PredictResponse): Plain<RowsPrediction<A> | Prediction<A>> =>
      decodePrediction<A>(rows, response);
    return await predictScored(caller, { request, feedback, decode }, call);
  }

  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- overloads say when `row` is there
    predict: predictRows as PresageClient["predict"],
    async predictTensors(model, tensors, call = {}) {
      const request = encodeRequest(model, { ...call, tensors });
      return withFeedback(caller, decodeOutputs(await caller.unary(predict, request, call)));
    },
    predictStream: (model, source, call = {}) => runStream(caller, model, source, call),
    feedback: (predictionId, feedback, call) => sendFeedback(caller, predictionId, feedback, call),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- overloads say when `row` is there
    predictWithFeedback: predictRowsScored as PresageClient["predictWithFeedback"],
    async predictTensorsWithFeedback(model, tensors, feedback, call = {}) {
      const request = encodeRequest(model, { ...call, tensors });
      return await predictScored(caller, { request, feedback, decode: decodeOutputs }, call);
    },
    async metrics(model, call = {}) {
      return decodeMetrics(await caller.unary(metrics, encodeMetricsQuery(model, call), call));
    },
    watchMetrics: (model, call = {}) => watchMetrics(caller, model, call),
    async models(call) {
      const { models } = await caller.unary(listModels, {}, call);
      return models.map(decodeModel);
    },
    async model(name, call) {
      const { model } = await caller.unary(getModel, { model: name }, call);
      if (model === undefined) throw new PresageError("internal", "the answer has no model");
      return decodeModel(model);
    },
    async health({ service = "", ...call } = {}) {
      const { status } = await caller.unary(
        Health.method.check,
        { service },
        { ...call, retry: false },
      );
      return decodeHealth(status);
    },
  };
}
