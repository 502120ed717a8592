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
import { valueFromProto } from "../codecs/value.ts";
import type { Clock } from "../core/clock.ts";
import { ServingError } from "../core/errors.ts";
import type { PredictCall, Prediction } from "../core/prediction.ts";
import type { Readiness } from "../core/readiness.ts";
import { mapReply, promiseReply, type Reply } from "../core/reply.ts";
import { createViolationList } from "../core/violations.ts";
import type { Report } from "../feedback/receiver.ts";
import type { FeedbackPlane } from "../predict/feedback-plane.ts";
import type { Predictor } from "../predict/predictor.ts";
import { type CallContext, readHeader, recordOf } from "./call-context.ts";
import { fromFailure } from "./errors.ts";
import { readMetricsRequest, writeMetrics } from "./metrics.ts";
import { pipeline } from "./pipeline.ts";
import { readBinaryQuestion, writeBinaryPrediction } from "./predict-binary.ts";
import { readJsonQuestion, writeJsonPrediction } from "./predict-json.ts";
import { type Question, readQuestion, writePrediction } from "./predict-message.ts";
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
  /** Shorter ways to `predict`. */
  readonly predictShortcuts: PredictShortcuts;
}

/** Ways to `predict` that cost less than a promise, and than the messages of usual calls. */
export interface PredictShortcuts {
  readonly reply: (
    request: PredictRequest,
    context: CallContext,
    reply: Reply<PredictResponse>,
  ) => void;
  readonly binary: {
    readonly read: typeof readBinaryQuestion;
    readonly ask: AskQuestion;
    readonly write: typeof writeBinaryPrediction;
  };
  readonly json: {
    readonly read: typeof readJsonQuestion;
    readonly ask: AskQuestion;
    readonly write: typeof writeJsonPrediction;
  };
}

type AskQuestion = (question: Question, context: CallContext, reply: Reply<Prediction>) => void;

/** Makes `presage.v1.InferenceService`. */
export function createInferenceService(parts: InferenceParts): InferenceMethods {
  const { predictor, feedback, readiness, clock, streamConcurrency, reportFault } = parts;

  const ask: AskQuestion = (question, context, reply) => {
    const timeoutMs = context.timeoutMs();
    const call: PredictCall = {
      model: question.model,
      version: question.version,
      outputs: question.outputs,
      input: question.input,
      signal: context.signal,
      deadline: timeoutMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeoutMs,
      urgency: readUrgency(readHeader(context, "priority")),
      record: recordOf(context),
    };
    predictor.predict(call, reply);
  };

  const replyPredict = (
    request: PredictRequest,
    context: CallContext,
    reply: Reply<PredictResponse>,
  ): void => {
    const written = mapReply(reply, (prediction: Prediction) =>
      writePrediction(prediction, request),
    );
    let question: Question;
    try {
      question = readQuestion(request);
    } catch (failure) {
      reply.fail(failure);
      return;
    }
    ask(question, context, written);
  };

  const predict = (request: PredictRequest, context: CallContext): Promise<PredictResponse> =>
    promiseReply((reply) => replyPredict(request, context, reply));

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
    predictShortcuts: {
      reply: replyPredict,
      binary: { read: readBinaryQuestion, ask, write: writeBinaryPrediction },
      json: { read: readJsonQuestion, ask, write: writeJsonPrediction },
    },
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
