import type { CallTelemetry } from "../core/call-record.ts";
import type { Clock } from "../core/clock.ts";
import { deadlineError, type ErrorCode, ServingError } from "../core/errors.ts";
import type { Feeds } from "../core/feeds.ts";
import type { PredictCall, PredictInput, Prediction, PredictOutput } from "../core/prediction.ts";
import type { Reply } from "../core/reply.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import type { AnswerReader } from "../core/scoring.ts";
import type { Tensor } from "../core/tensor.ts";
import { createViolationList } from "../core/violations.ts";
import type { Handle } from "../repository/handle.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Manager } from "../repository/manager.ts";
import { type Routed, routeCall } from "../routing/router.ts";
import type { Recorder } from "./recorder.ts";

/** The data plane: the one function that every protocol calls for a prediction. */
export interface Predictor {
  /** Answers one call. Fails with a ServingError. */
  predict(call: PredictCall, reply: Reply<Prediction>): void;
}

/** What a predictor works with. */
export interface PredictorParts {
  readonly manager: Manager;
  readonly clock: Clock;
  /** The error of a call that came just now, where the server has too much to do for it. */
  readonly refusal: () => ServingError | undefined;
  readonly recorder: Pick<Recorder, "record">;
  readonly telemetry: Pick<CallTelemetry, "unrouted">;
}

/** Makes the data plane: route, pin, encode, run, decode. */
export function createPredictor(parts: PredictorParts): Predictor {
  return {
    predict(call, reply) {
      const attempt = new Attempt(call, reply, parts);
      try {
        attempt.begin();
      } catch (error) {
        attempt.fail(error);
      }
    },
  };
}

/** A call that its version was found for, and that was read. */
interface ReadCall {
  readonly loaded: LoadedVersion;
  readonly routed: Routed;
  readonly feeds: Feeds;
  /** The outputs that the caller wants; those that are run may be more. */
  readonly selected: readonly string[];
}

// A class, as every call makes one: the call on its way, and what is told of its run.
class Attempt implements Reply<readonly Tensor[]> {
  readonly #call: PredictCall;
  readonly #reply: Reply<Prediction>;
  readonly #parts: PredictorParts;
  readonly #startedAt = performance.now();
  #routing: RoutingSnapshot | undefined;
  #handle: Handle | undefined;
  #read: ReadCall | undefined;

  constructor(call: PredictCall, reply: Reply<Prediction>, parts: PredictorParts) {
    this.#call = call;
    this.#reply = reply;
    this.#parts = parts;
  }

  /** Routes, pins and reads the call, and gives it to its version's batcher. */
  begin(): void {
    const { model, version, input, outputs, signal, deadline, urgency, record } = this.#call;
    const { manager } = this.#parts;
    this.#routing = this.#findRouting();
    const routed = routeCall(version, this.#routing);
    this.#handle = manager.acquire(model, routed.version);
    const { loaded } = this.#handle;
    record?.about(loaded.telemetry, routed.route.policy);
    const { feeds, selected } = readCall(loaded, input, outputs);
    this.#read = { loaded, routed, feeds, selected };
    const run = outputs.length === 0 ? selected : withScored(selected, loaded.answers);
    loaded.batcher.run({ feeds, outputs: run, signal, deadline, urgency, record }, this);
  }

  answer(ran: readonly Tensor[]): void {
    let prediction: Prediction;
    try {
      prediction = this.#decode(ran);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#end(undefined);
    this.#reply.answer(prediction);
  }

  fail(error: unknown): void {
    this.#end(error instanceof ServingError ? error.code : "fault");
    this.#reply.fail(error);
  }

  #findRouting(): RoutingSnapshot {
    const { model, input } = this.#call;
    const { manager, refusal } = this.#parts;
    const refused = refusal();
    if (refused !== undefined) throw refused;
    return input.kind === "typed" ? input.routing : manager.routing(model);
  }

  #decode(ran: readonly Tensor[]): Prediction {
    const { model, input, deadline } = this.#call;
    const { clock, recorder } = this.#parts;
    if (this.#read === undefined) throw new Error("a call was answered before it was read");
    if (deadline !== Number.POSITIVE_INFINITY && clock.now() >= deadline) throw deadlineError();
    const { loaded, routed, feeds, selected } = this.#read;
    const { signature, codec } = loaded;
    const answered = ran.length === selected.length ? ran : ran.slice(0, selected.length);
    const output: PredictOutput =
      input.kind === "typed"
        ? { kind: "typed", answer: input.codecOf(signature).decode(answered, feeds) }
        : codec.decode(input.kind, answered, feeds);
    return {
      predictionId: recorder.record({ model, loaded, routed, feeds, outputs: ran }),
      model,
      version: routed.version,
      output,
      tags: codec.describe(feeds),
      route: routed.route,
    };
  }

  /** Takes note of the end, and gives the version back. */
  #end(failure: ErrorCode | undefined): void {
    const { model, record } = this.#call;
    if (this.#handle === undefined) {
      // What a caller calls a model may be anything, unless it was found.
      const notes = this.#parts.telemetry.unrouted(this.#routing === undefined ? "" : model);
      record?.about(notes, "");
      notes.predicted(failure, this.#startedAt, record);
    } else {
      this.#handle.loaded.telemetry.predicted(failure, this.#startedAt, record);
      this.#handle.release();
    }
  }
}

/** Adds the outputs that are scored, which the caller did not ask for. */
function withScored(
  selected: readonly string[],
  answers: AnswerReader | undefined,
): readonly string[] {
  const missing = (answers?.outputs ?? []).filter((name) => !selected.includes(name));
  return missing.length === 0 ? selected : [...selected, ...missing];
}

/** Checks all of a call's input before any of it is used, so that every violation is told. */
function readCall(
  { codec, signature }: LoadedVersion,
  input: PredictInput,
  outputs: readonly string[],
): { readonly feeds: Feeds; readonly selected: readonly string[] } {
  if (input.kind === "typed") {
    const feeds = input.codecOf(signature).encode(input.request);
    return { feeds, selected: codec.selectOutputs([]) };
  }
  // Without names there is nothing in them that could be wrong.
  if (outputs.length === 0)
    return { feeds: codec.encode(input), selected: codec.selectOutputs(outputs) };
  const violations = createViolationList();
  const feeds = violations.collect(() => codec.encode(input));
  const selected = violations.collect(() => codec.selectOutputs(outputs));
  violations.throwIfAny();
  if (feeds === undefined || selected === undefined) throw new Error("a call was read in part");
  return { feeds, selected };
}
