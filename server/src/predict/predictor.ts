import type { CallTelemetry } from "../core/call-record.ts";
import type { Clock } from "../core/clock.ts";
import { deadlineError, type ErrorCode, ServingError } from "../core/errors.ts";
import type { Feeds } from "../core/feeds.ts";
import type { PredictCall, PredictInput, Prediction, PredictOutput } from "../core/prediction.ts";
import type { RoutingSnapshot } from "../core/routing-snapshot.ts";
import type { AnswerReader } from "../core/scoring.ts";
import { createViolationList } from "../core/violations.ts";
import type { Handle } from "../repository/handle.ts";
import type { LoadedVersion } from "../repository/loaded-version.ts";
import type { Manager } from "../repository/manager.ts";
import { routeCall } from "../routing/router.ts";
import type { Recorder } from "./recorder.ts";

/** The data plane: the one function that every protocol calls for a prediction. */
export interface Predictor {
  /** Answers one call. Throws a ServingError. */
  predict(call: PredictCall): Promise<Prediction>;
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
  const { manager, clock, refusal, recorder, telemetry } = parts;

  const findRouting = ({ model, input }: PredictCall): RoutingSnapshot => {
    const refused = refusal();
    if (refused !== undefined) throw refused;
    return input.kind === "typed" ? input.routing : manager.routing(model);
  };

  return {
    // One function, as each promise on the way to the batch costs.
    async predict(call) {
      const startedAt = performance.now();
      const { model, version, input, outputs, signal, deadline, urgency, record } = call;
      let routing: RoutingSnapshot | undefined;
      let handle: Handle | undefined;
      let failure: ErrorCode | undefined;
      try {
        routing = findRouting(call);
        const routed = routeCall(version, routing);
        handle = manager.acquire(model, routed.version);
        const { loaded } = handle;
        const { signature, codec, batcher, answers } = loaded;
        record?.about(loaded.telemetry, routed.route.policy);
        const { feeds, selected } = readCall(loaded, input, outputs);
        const ran = await batcher.run({
          feeds,
          outputs: outputs.length === 0 ? selected : withScored(selected, answers),
          signal,
          deadline,
          urgency,
          record,
        });
        if (clock.now() >= deadline) throw deadlineError();
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
      } catch (error) {
        failure = error instanceof ServingError ? error.code : "fault";
        throw error;
      } finally {
        if (handle === undefined) {
          // What a caller calls a model may be anything, unless it was found.
          const notes = telemetry.unrouted(routing === undefined ? "" : model);
          record?.about(notes, "");
          notes.predicted(failure, startedAt, record);
        } else {
          handle.loaded.telemetry.predicted(failure, startedAt, record);
          handle.release();
        }
      }
    },
  };
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
