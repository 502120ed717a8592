import type { VersionTelemetry } from "../core/call-record.ts";
import type { AnswerReader, Scoring } from "../core/scoring.ts";
import type { Signature } from "../core/signature.ts";
import type { Batcher } from "../engine/batcher.ts";
import type { Place } from "../engine/engine.ts";
import type { RunnableModel } from "../engine/runtime.ts";
import type { PredictionCodec } from "../signature/prediction-codec.ts";
import type { DriftSettings } from "./drift-settings.ts";

/** A version whose file is loaded, warmed, and gives its golden answers. */
export interface LoadedVersion {
  readonly signature: Signature;
  readonly codec: PredictionCodec;
  readonly model: RunnableModel;
  /** Where its runs happen now. */
  readonly place: Place;
  /** Runs calls of the version, merged where that was verified to change no answer. */
  readonly batcher: Batcher;
  /** How its answers are compared with the truth. */
  readonly scoring: Scoring;
  /** Reads its answers as they are scored; undefined where nothing is compared. */
  readonly answers: AnswerReader | undefined;
  /** What its inputs and answers are compared with. */
  readonly drift: DriftSettings;
  /** Takes notes of its predictions. */
  readonly telemetry: VersionTelemetry;
}
