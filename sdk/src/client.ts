import type { Transport } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus } from "@presage/gen/grpc/health/v1/health_pb";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { ModelService } from "@presage/gen/presage/v1/model_pb";
import { type CallerOptions, createCaller, type Environment } from "./calls.ts";
import { PresageError } from "./errors.ts";
import { decodeModel, type ModelInfo } from "./models.ts";
import type { CallOptions, PredictOptions } from "./options.ts";
import {
  decodeOutputs,
  decodeRows,
  encodeRequest,
  type Prediction,
  type RowsPrediction,
  type StreamRequest,
  type TensorsPrediction,
} from "./predictions.ts";
import { type Answer, isManyRows, type Row } from "./rows.ts";
import { runStream, type StreamResult } from "./stream.ts";
import type { TensorInputs } from "./tensors.ts";

/** Whether a server, or one of its services, answers calls. */
export type HealthStatus = "UNKNOWN" | "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";

const healthStatuses: Readonly<Record<HealthCheckResponse_ServingStatus, HealthStatus>> = {
  [HealthCheckResponse_ServingStatus.UNKNOWN]: "UNKNOWN",
  [HealthCheckResponse_ServingStatus.SERVING]: "SERVING",
  [HealthCheckResponse_ServingStatus.NOT_SERVING]: "NOT_SERVING",
  [HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN]: "SERVICE_UNKNOWN",
};

/** What can be set for one health check. */
export interface HealthOptions extends CallOptions {
  /**
   * The service that is asked about.
   * @default "" the server as a whole
   */
  readonly service?: string | undefined;
}

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
  const { predict } = InferenceService.method;
  const { listModels, getModel } = ModelService.method;

  async function predictRows<A>(
    model: string,
    rows: object,
    call: PredictOptions = {},
  ): Promise<RowsPrediction<A> | Prediction<A>> {
    const response = await caller.unary(predict, encodeRequest(model, { ...call, rows }), call);
    const prediction = decodeRows<A>(response);
    if (isManyRows(rows)) return prediction;
    const [row] = prediction.rows;
    if (row === undefined) throw new PresageError("internal", "the answer to one row has no row");
    return { ...prediction, row };
  }

  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- overloads say when `row` is there
    predict: predictRows as PresageClient["predict"],
    async predictTensors(model, tensors, call = {}) {
      const request = encodeRequest(model, { ...call, tensors });
      return decodeOutputs(await caller.unary(predict, request, call));
    },
    predictStream: (model, source, call = {}) => runStream(caller, model, source, call),
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
      return healthStatuses[status] ?? "UNKNOWN";
    },
  };
}
