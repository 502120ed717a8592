import { create } from "@bufbuild/protobuf";
import { ListValueSchema, timestampFromMs, type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus } from "@presage/gen/grpc/health/v1/health_pb";
import {
  type FeedbackRequest,
  InferenceService,
  type PredictRequest,
  type PredictResponse,
  PredictResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import {
  type MetricsRequest,
  type MetricsResponse,
  MetricsResponseSchema,
} from "@presage/gen/presage/v1/metrics_pb";
import { ModelSchema, ModelService } from "@presage/gen/presage/v1/model_pb";

/** A server whose models answer with what they were given. */
export interface FakeServer {
  /** Every request to predict, in order. */
  readonly requests: readonly PredictRequest[];
  /** Every report, in order. */
  readonly feedbacks: readonly FeedbackRequest[];
  /** Every question for metrics, in order. */
  readonly queries: readonly MetricsRequest[];
  /** The contexts of all calls but streams, in order. */
  readonly contexts: readonly HandlerContext[];
  /** Those of all streams, in order. */
  readonly streams: readonly HandlerContext[];
  /** What the next calls fail with, in order; undefined is an answer. */
  readonly failures: (ConnectError | undefined)[];
  /** Resolves when a stream has been cancelled by its caller; a watch waits for that after three answers. */
  readonly cancelled: Promise<void>;
  /** Adds the services to a router. */
  readonly routes: (router: ConnectRouter) => void;
}

/** Makes a server that holds the model `echo`. */
export function createFakeServer(): FakeServer {
  const requests: PredictRequest[] = [];
  const feedbacks: FeedbackRequest[] = [];
  const queries: MetricsRequest[] = [];
  const contexts: HandlerContext[] = [];
  const streams: HandlerContext[] = [];
  const failures: (ConnectError | undefined)[] = [];
  const cancelled = Promise.withResolvers<void>();
  const enter = (context: HandlerContext): void => {
    contexts.push(context);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
  };
  const echo = create(ModelSchema, { name: "echo", aliases: { stable: 1n } });
  return {
    requests,
    feedbacks,
    queries,
    contexts,
    streams,
    failures,
    cancelled: cancelled.promise,
    routes(router) {
      router.service(InferenceService, {
        predict(request, context) {
          enter(context);
          requests.push(request);
          return answer(request);
        },
        async *predictStream(stream, context) {
          streams.push(context);
          context.signal.addEventListener("abort", () => cancelled.resolve());
          for await (const { request } of stream) {
            if (request === undefined) continue;
            requests.push(request);
            const { requestId } = request;
            yield request.model === "echo"
              ? { requestId, outcome: { case: "response" as const, value: answer(request) } }
              : { requestId, outcome: { case: "error" as const, value: noModel(request.model) } };
          }
        },
        feedback(report, context) {
          enter(context);
          feedbacks.push(report);
          const { predictionId, request, truth, reward } = report;
          const facts = { model: "echo", version: "1", recorded: truth.length || reward.length };
          return request === undefined
            ? { ...facts, predictionId }
            : { ...facts, predictionId: "p1", prediction: answer(request) };
        },
        metrics(query, context) {
          enter(context);
          queries.push(query);
          return metricsOf(query, 1n);
        },
        async *watchMetrics({ request }, context) {
          streams.push(context);
          const left = Promise.withResolvers<void>();
          context.signal.addEventListener("abort", () => left.resolve(cancelled.resolve()));
          if (request === undefined) return;
          queries.push(request);
          for (const samples of [1n, 2n, 3n]) yield { metrics: metricsOf(request, samples) };
          await left.promise;
        },
      });
      router.service(ModelService, {
        listModels(_request, context) {
          enter(context);
          return { models: [echo] };
        },
        getModel({ model }, context) {
          enter(context);
          if (model !== echo.name) throw new ConnectError(noModel(model).message, Code.NotFound);
          return { model: echo };
        },
      });
      router.service(Health, {
        check({ service }, context) {
          enter(context);
          const { SERVING, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;
          return { status: service === "" ? SERVING : SERVICE_UNKNOWN };
        },
      });
    },
  };
}

function noModel(model: string): { code: number; message: string } {
  return { code: Code.NotFound, message: `no model ${model}` };
}

function answer(request: PredictRequest): PredictResponse {
  return create(PredictResponseSchema, {
    predictionId: "p1",
    model: request.model,
    version: request.version || "1",
    tensors: request.tensors,
    rows: request.rows.map(numbersOf),
    tags: {
      rows: create(ValueSchema, { kind: { case: "numberValue", value: request.rows.length } }),
    },
    requestId: request.requestId,
    route: { policy: "latest", reason: "no stable alias" },
  });
}

function metricsOf({ model }: MetricsRequest, samples: bigint): MetricsResponse {
  const time = timestampFromMs(0);
  return create(MetricsResponseSchema, { model, time, metrics: [{ version: "1", samples }] });
}

/** An object row is answered as it is; a list as an object of one list. */
function numbersOf(row: Value): Value {
  if (row.kind.case !== "listValue") return row;
  const { values } = row.kind.value;
  const list = create(ListValueSchema, { values });
  const fields = { list: create(ValueSchema, { kind: { case: "listValue", value: list } }) };
  return create(ValueSchema, { kind: { case: "structValue", value: { fields } } });
}
