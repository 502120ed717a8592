/**
 * How much a line matters: `debug` to whoever looks for a mistake, `info` to
 * whoever wants to know what went on, `warn` soon, `error` now.
 */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * What a line says beside its message, for programs to search by: names in snake
 * case; what is undefined is left out. Never a value of a request or of an answer,
 * never a secret. What went wrong, an Error as a rule, stands under `err`.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line: a message that a person reads, and its fields. */
export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

/** One failed or sampled call as the log tells it: never a value of a request. */
export interface CallLine {
  /** Its method, e.g. `presage.v1.InferenceService/Predict`. */
  readonly method: string;
  /** `grpc`, `grpc_web` or `connectrpc`. */
  readonly protocol: string;
  /** The model; "" where it is about none, or one that the server does not hold. */
  readonly model: string;
  /** The version that answered, or should have; "" where none is known. */
  readonly version: string;
  /** The status, e.g. `INVALID_ARGUMENT`, or `OK`. */
  readonly code: string;
  /** The reason of the catalogue (`core/errors.ts`); "" where it has none. */
  readonly reason: string;
  /**
   * The paths of the fields that do not fit, as the violations name them; a dozen is
   * enough. The log leaves out of them what the caller made up.
   */
  readonly fields: readonly string[];
  /** From its arrival to its answer, in milliseconds. */
  readonly durationMs: number;
  /** The trace that it is part of, as 32 hexadecimal digits, if it is traced. */
  readonly traceId: string | undefined;
}

/** Tells of calls. */
export interface CallLog {
  /** Tells of a call that failed. */
  failed(call: CallLine): void;
  /** Tells of a call that was answered. */
  answered(call: CallLine): void;
  /** Whether the next answered call is to be told (sampling), so that nothing is made for the others. */
  readonly samples: () => boolean;
}

/** A log that says nothing. */
export const silentLog: Log = () => {};

/** A log of calls that says nothing. */
export const silentCallLog: CallLog = {
  failed() {},
  answered() {},
  samples: () => false,
};
