import type { ErrorCode, ServingError } from "./errors.ts";

/** Whoever measures, traces and logs calls; it never fails a call, nor changes its answer. */
export interface CallTelemetry {
  /** Begins to follow a call. */
  begin(start: CallStart): CallRecord;
  /** Begins to follow a version that is loaded. */
  follow(version: FollowedVersion): VersionTelemetry;
  /** Takes notes of predictions that come to no version of a model that the server holds; "" is of none. */
  unrouted(model: string): PredictionNotes;
}

/** The protocol of a call, by its name in OpenTelemetry's conventions; `grpc_web` is ours. */
export type CallProtocol = "grpc" | "grpc_web" | "connectrpc";

/** What is known of a call when it comes. Times are of `performance.now()`, in milliseconds. */
export interface CallStart {
  /** Its method, e.g. `presage.v1.InferenceService/Predict`; one that the server does not have is `_OTHER`. */
  readonly method: string;
  readonly protocol: CallProtocol;
  readonly startedAt: number;
  /** Reads a header of its request, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** How a call failed: its status, e.g. `INVALID_ARGUMENT`, and the error of the catalogue, if it is one. */
export interface CallFailure {
  readonly status: string;
  readonly error: ServingError | undefined;
}

/** One call as it is followed. */
export interface CallRecord {
  /** What the call was found to be about: the data plane tells. */
  about(notes: PredictionNotes, policy: string): void;
  /** Does a part of the call's work, and notes how long it took. */
  measure<Result>(part: "store", work: () => Promise<Result>): Promise<Result>;
  /** Notes why the call fails; the first reason is kept. */
  fail(failure: CallFailure): void;
  /** Ends the call: it is answered, or its caller has left. Only the first time counts. */
  end(): void;
}

/** A version that is loaded, as it is followed. */
export interface FollowedVersion {
  readonly model: string;
  /** In decimal. */
  readonly version: string;
  /** Tells what it does just now. */
  readonly load: () => VersionLoad;
}

/** What a version does just now. */
export interface VersionLoad {
  /** The calls and the rows that wait for their turn. */
  readonly queuedCalls: number;
  readonly queuedRows: number;
  /** Where it runs. */
  readonly executor: string;
  /** How many runs it can compute at once, and how many it does. */
  readonly workers: number;
  readonly busy: number;
}

/** Takes notes of predictions. */
export interface PredictionNotes {
  readonly model: string;
  /** "" where they come to none. */
  readonly version: string;
  /** Notes a prediction since `startedAt`, which was answered unless there is a failure. */
  predicted(failure: ErrorCode | undefined, startedAt: number, call: CallRecord | undefined): void;
}

/** Takes notes of one version's predictions and runs. */
export interface VersionTelemetry extends PredictionNotes {
  /** Notes a run of the model. */
  ran(run: RunRecord): void;
  /** Ends the notes: the version is unloaded. */
  close(): void;
}

/** One call's share of a run. */
export interface RunShare {
  readonly record: CallRecord | undefined;
  /** When it began to wait for its turn. */
  readonly queuedAt: number;
}

/** A run of the model, for one call or several. Times are of `performance.now()`, in milliseconds. */
export interface RunRecord {
  readonly shares: readonly RunShare[];
  readonly rows: number;
  /** Where it ran. */
  readonly executor: string;
  /** When its calls' turn had come. */
  readonly turnAt: number;
  /** When the model began, and when it was done. */
  readonly beganAt: number;
  readonly ranAt: number;
  /** When the answers were told apart. */
  readonly endedAt: number;
  /** Whether it failed. */
  readonly failed: boolean;
}

const silentRecord: CallRecord = {
  about() {},
  measure: (_part, work) => work(),
  fail() {},
  end() {},
};

/** Takes no notes. */
export const noTelemetry: CallTelemetry = {
  begin: () => silentRecord,
  follow: ({ model, version }) => ({ model, version, predicted() {}, ran() {}, close() {} }),
  unrouted: (model) => ({ model, version: "", predicted() {} }),
};
