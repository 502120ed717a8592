import type { ServiceImpl } from "@connectrpc/connect";
import type {
  FeedbackRequest,
  FeedbackResponse,
  InferenceService,
  PredictRequest,
  PredictResponse,
  PredictStreamRequest,
  PredictStreamResponse,
  WatchMetricsRequest,
} from "@presage/gen/presage/v1/inference_pb";
import type { MetricsRequest } from "@presage/gen/presage/v1/metrics_pb";
import type { Tensor as TensorMessage } from "@presage/gen/presage/v1/tensor_pb";
import { tensorFromProto, tensorToProto } from "../codecs/tensor.ts";
import { valueFromProto, valueToProto } from "../codecs/value.ts";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { GenericInput, Prediction } from "../core/prediction.ts";
import type { Readiness } from "../core/readiness.ts";
import type { Tensor } from "../core/tensor.ts";
import { createViolationList } from "../core/violations.ts";
import type { Report } from "../feedback/receiver.ts";
import type { FeedbackPlane } from "../predict/feedback-plane.ts";
import type { Predictor } from "../predict/predictor.ts";
import { type CallContext, readHeader, recordOf } from "./call-context.ts";
import { fromFailure } from "./errors.ts";
import { readMetricsRequest, writeMetrics } from "./metrics.ts";
import { pipeline } from "./pipeline.ts";
import { toStatus } from "./status.ts";
import { readUrgency } from "./urgency.ts";
import { watchReports } from "./watched-reports.ts";

/** What the inference service works with. */
export interface InferenceParts {
  readonly predictor: Predictor;
  readonly feedback: Pick<FeedbackPlane, "receive" | "metrics" | "revision">;
  /** Tells when the server stops, and whoever watches is to be let go. */
  readonly readiness: Readiness;
  readonly clock: Clock;
  /** The most requests of one stream that are in work at once. */
  readonly streamConcurrency: number;
  /** Is told of every fault of the server itself. */
  readonly reportFault: (fault: unknown) => void;
}

/** `presage.v1.InferenceService`. */
export interface InferenceMethods extends ServiceImpl<typeof InferenceService> {
  /**
   * Answers one request of a stream, be it with its error; rejects where the whole
   * stream was aborted. `predictStream` answers each so.
   */
  readonly answerOne: (
    request: PredictStreamRequest,
    context: CallContext,
  ) => Promise<PredictStreamResponse>;
}

/** Makes `presage.v1.InferenceService`. */
export function createInferenceService(parts: InferenceParts): InferenceMethods {
  const { predictor, feedback, readiness, clock, streamConcurrency, reportFault } = parts;

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
      urgency: readUrgency(readHeader(context, "priority")),
      record: recordOf(context),
    });
    return writePrediction(prediction, request);
  };

  const answerOne = async (
    { request }: PredictStreamRequest,
    context: CallContext,
  ): Promise<PredictStreamResponse> => {
    const requestId = request?.requestId ?? "";
    try {
      if (request === undefined) throw missingField("request");
      const response = await predict(request, context);
      return writeOutcome(requestId, { case: "response", value: response });
    } catch (failure) {
      if (context.signal.aborted) throw failure;
      const error = toStatus(fromFailure(failure, reportFault));
      return writeOutcome(requestId, { case: "error", value: error });
    }
  };

  return {
    predict,
    answerOne,
    async feedback(request: FeedbackRequest, context: CallContext): Promise<FeedbackResponse> {
      const report = readReport(request);
      const prediction =
        request.request === undefined ? undefined : await predict(request.request, context);
      const predictionId = prediction?.predictionId ?? request.predictionId;
      const { slice, counts } = await inStore(context, () =>
        feedback.receive({ ...report, predictionId }),
      );
      return {
        $typeName: "presage.v1.FeedbackResponse",
        predictionId,
        model: slice.model,
        version: slice.version,
        ...counts,
        ...(prediction === undefined ? {} : { prediction }),
      };
    },
    async metrics(request: MetricsRequest, context: CallContext) {
      const query = readMetricsRequest(request);
      return writeMetrics(await inStore(context, () => feedback.metrics(query)));
    },
    async *watchMetrics({ request }: WatchMetricsRequest, { signal }: CallContext) {
      if (request === undefined) throw missingField("request");
      const query = readMetricsRequest(request);
      for await (const report of watchReports(query, { feedback, readiness, signal }))
        yield { metrics: writeMetrics(report) };
    },
    predictStream: (requests: AsyncIterable<PredictStreamRequest>, context: CallContext) =>
      pipeline(requests, {
        concurrency: streamConcurrency,
        answer: (request) => answerOne(request, context),
      }),
  };
}

/** Does what reads or writes the store, and notes it as that part of the call. */
function inStore<Result>(context: CallContext, work: () => Promise<Result>): Promise<Result> {
  return recordOf(context)?.measure("store", work) ?? work();
}

function readReport({ predictionId, request, truth, reward, rows }: FeedbackRequest): Report {
  const violations = createViolationList();
  if (predictionId === "" && request === undefined) {
    violations.add("prediction_id", "expected a prediction_id, or the request itself");
  } else if (predictionId !== "" && request !== undefined) {
    violations.add("prediction_id", "expected either a prediction_id or the request, got both");
  }
  violations.throwIfAny();
  return { predictionId, truth: truth.map(valueFromProto), reward, rows };
}

function writeOutcome(
  requestId: string,
  outcome: PredictStreamResponse["outcome"],
): PredictStreamResponse {
  return { $typeName: "presage.v1.PredictStreamResponse", requestId, outcome };
}

function missingField(field: string): ServingError {
  const violations = [{ field, description: "required" }];
  return new ServingError("INVALID_INPUT", `${field}: required`, { violations });
}

function readInput(request: PredictRequest): GenericInput {
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
