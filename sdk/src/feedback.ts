import type { Value as ProtoValue } from "@bufbuild/protobuf/wkt";
import {
  type FeedbackResponse,
  InferenceService,
  type PredictRequest,
  type PredictResponse,
} from "@presage/gen/presage/v1/inference_pb";
import type { Caller } from "./calls.ts";
import { invalidInput, PresageError, type Violation } from "./errors.ts";
import { checkFinite, checkWhole } from "./number-checks.ts";
import type { CallOptions } from "./options.ts";
import { encodeValues } from "./rows.ts";

/** What was true of a row: a class's value or label, or a number; null is not known. */
export type Truth = null | boolean | number | bigint | string;

/**
 * What is known of a prediction afterwards. Either `truth` or `reward` is
 * required. A value that is in no list is a list of one.
 */
export interface Feedback {
  /**
   * What was true: one value for each row.
   * @default nothing is known
   */
  readonly truth?: Truth | readonly Truth[] | undefined;
  /**
   * How much each row's answer was worth: any finite number, in a unit of your own.
   * @default nothing is known
   */
  readonly reward?: number | readonly number[] | undefined;
  /**
   * The rows that `truth` and `reward` are of, counted from 0, in their order.
   * @default every row
   */
  readonly rows?: readonly number[] | undefined;
}

/**
 * What became of a report. Every row of it is counted in one of `recorded`,
 * `corrected` and `unchanged`.
 */
export interface FeedbackReceipt {
  /** The prediction that was reported of. */
  readonly predictionId: string;
  /** The model that had answered. */
  readonly model: string;
  /** The number of the version that had answered. */
  readonly version: string;
  /** The rows of which nothing was known before. */
  readonly recorded: number;
  /** The rows whose earlier truth or reward was replaced or completed. */
  readonly corrected: number;
  /** The rows that had been reported so before. */
  readonly unchanged: number;
}

/** What became of feedback that brought its rows along, and their prediction. */
export interface ScoredPrediction<P> extends FeedbackReceipt {
  /** The answer, of the same `predictionId`. */
  readonly prediction: P;
}

/**
 * What takes feedback. Of a class, as the compiler then knows that a copy by
 * spreading has no such method; there is none at run time.
 */
export declare abstract class Reportable {
  /**
   * Reports what was true of this prediction, or what it was worth. It resolves
   * once the report is kept for good. To report the same again changes nothing,
   * and another truth corrects the one before, so it is tried again like a
   * prediction. The method is not enumerable: copies do not have it, of which
   * `predictionId` is enough for the client's own `feedback()`.
   */
  abstract feedback(
    this: void,
    feedback: Feedback,
    options?: CallOptions,
  ): Promise<FeedbackReceipt>;
}

/** Reports of a prediction that was made before. */
export async function sendFeedback(
  caller: Caller,
  predictionId: string,
  feedback: Feedback,
  call?: CallOptions,
): Promise<FeedbackReceipt> {
  const request = { predictionId, ...encodeFeedback(feedback) };
  return decodeReceipt(await caller.unary(InferenceService.method.feedback, request, call));
}

/** A request with what is known of its rows, and how its answer is read. */
export interface ScoredRequest<P> {
  readonly request: PredictRequest;
  readonly feedback: Feedback;
  readonly decode: (response: PredictResponse) => P;
}

/** Sends a request with its feedback, once: if it were sent again, its rows would count twice. */
export async function predictScored<P extends { readonly predictionId: string }>(
  caller: Caller,
  { request, feedback, decode }: ScoredRequest<P>,
  call?: CallOptions,
): Promise<ScoredPrediction<P & Reportable>> {
  const input = { request, ...encodeFeedback(feedback) };
  const once = { ...call, retry: false } as const;
  const response = await caller.unary(InferenceService.method.feedback, input, once);
  if (response.prediction === undefined)
    throw new PresageError("internal", "the answer has no prediction");
  const prediction = withFeedback(caller, decode(response.prediction));
  return { ...decodeReceipt(response), prediction };
}

/** Gives a prediction its feedback(), which leaves it plain data: it is not seen when it is copied or written. */
export function withFeedback<P extends { readonly predictionId: string }>(
  caller: Caller,
  prediction: P,
): P & Reportable {
  const { predictionId } = prediction;
  const feedback: Reportable["feedback"] = (given, call) =>
    sendFeedback(caller, predictionId, given, call);
  const property = { value: feedback, configurable: true, writable: true };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the property is just being defined
  return Object.defineProperty(prediction, "feedback", property) as P & Reportable;
}

interface EncodedFeedback {
  readonly truth: ProtoValue[];
  readonly reward: number[];
  readonly rows: number[];
}

/** Throws `invalid_argument` with a violation for each value that cannot be sent. */
function encodeFeedback({ truth, reward, rows = [] }: Feedback): EncodedFeedback {
  const violations: Violation[] = [];
  const rewards = listOf(reward);
  for (const [index, each] of rewards.entries()) checkFinite(violations, `reward[${index}]`, each);
  for (const [index, each] of rows.entries()) checkWhole(violations, `rows[${index}]`, each);
  const truths = encodeValues("truth", listOf(truth), violations);
  if (violations.length > 0) throw invalidInput(violations);
  return { truth: truths, reward: rewards, rows: [...rows] };
}

function decodeReceipt(response: FeedbackResponse): FeedbackReceipt {
  const { predictionId, model, version, recorded, corrected, unchanged } = response;
  return { predictionId, model, version, recorded, corrected, unchanged };
}

function listOf<T>(value: T | readonly T[] | undefined): T[] {
  if (value === undefined) return [];
  return isList(value) ? Array.from(value) : [value];
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
