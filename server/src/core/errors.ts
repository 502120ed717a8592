/** What kind of failure an error is, in no protocol's terms. */
export type ErrorCode =
  | "invalid"
  | "not_found"
  | "unavailable"
  | "exhausted"
  | "precondition"
  | "deadline"
  | "cancelled"
  | "fault";

/** The stable reason of an error, as it goes out in `google.rpc.ErrorInfo`. */
export type ErrorReason =
  | "INVALID_INPUT"
  | "MODEL_NOT_FOUND"
  | "VERSION_NOT_FOUND"
  | "VERSION_NOT_READY"
  | "MODEL_RUN_FAILED"
  | "MODEL_ANSWER_INVALID"
  | "ENGINE_FAILED"
  | "MESSAGE_TOO_LARGE"
  | "OVERLOADED"
  | "PREDICTION_ID_INVALID"
  | "PREDICTION_EXPIRED"
  | "PREDICTION_NOT_SCORED"
  | "FEEDBACK_OFF"
  | "STORE_UNAVAILABLE"
  | "DEADLINE_EXCEEDED"
  | "CANCELLED"
  | "SHUTTING_DOWN"
  | "INTERNAL";

/** One row of the catalogue. */
export interface ErrorDefinition {
  /** The kind of failure. */
  readonly code: ErrorCode;
  /** What happened and what to do, for the table of errors in the documentation. */
  readonly meaning: string;
}

/** Every error that a caller can be given. */
export const errorCatalogue: Readonly<Record<ErrorReason, ErrorDefinition>> = {
  INVALID_INPUT: {
    code: "invalid",
    meaning: "The request has fields that do not fit; each is named with what was expected.",
  },
  MODEL_NOT_FOUND: {
    code: "not_found",
    meaning: "The server holds no model of this name; ListModels tells which it holds.",
  },
  VERSION_NOT_FOUND: {
    code: "not_found",
    meaning: "The model has no version or alias of this name; GetModel tells which it has.",
  },
  VERSION_NOT_READY: {
    code: "unavailable",
    meaning: "The version is loading, unloading, or failed to load; the message says why.",
  },
  MODEL_RUN_FAILED: {
    code: "invalid",
    meaning: "The model refused the input while it ran; the message is the runtime's own.",
  },
  MODEL_ANSWER_INVALID: {
    code: "fault",
    meaning: "The model answered what its manifest does not allow; mend the manifest or the model.",
  },
  ENGINE_FAILED: {
    code: "unavailable",
    meaning: "The engine failed while it ran the model, and is being replaced; call again.",
  },
  MESSAGE_TOO_LARGE: {
    code: "exhausted",
    meaning: "A message is larger than the server's limit; send fewer rows, or raise the limit.",
  },
  OVERLOADED: {
    code: "exhausted",
    meaning:
      "The call would wait too long for its turn, and was refused at once; call again later, and less often.",
  },
  PREDICTION_ID_INVALID: {
    code: "invalid",
    meaning:
      "No server of this store made the prediction id: it was cut off, changed, or comes from another store.",
  },
  PREDICTION_EXPIRED: {
    code: "precondition",
    meaning:
      "The prediction is older than feedback is kept; `feedback.retention` and `feedback.maxRows` say how long.",
  },
  PREDICTION_NOT_SCORED: {
    code: "precondition",
    meaning:
      "The prediction's answers cannot be compared with a truth; the message says why, and what the manifest lacks.",
  },
  FEEDBACK_OFF: {
    code: "precondition",
    meaning: "The server keeps no feedback: it was started with `--store off`.",
  },
  STORE_UNAVAILABLE: {
    code: "unavailable",
    meaning:
      "The store of feedback cannot be read or written now; send the same again later, it counts once.",
  },
  DEADLINE_EXCEEDED: {
    code: "deadline",
    meaning: "The call's deadline passed before its answer was ready.",
  },
  CANCELLED: {
    code: "cancelled",
    meaning: "The caller cancelled the call.",
  },
  SHUTTING_DOWN: {
    code: "unavailable",
    meaning: "The server is stopping; call again, and another server will answer.",
  },
  INTERNAL: {
    code: "fault",
    meaning: "The server has a fault; its log tells more.",
  },
};

/** One field of a request that does not fit. */
export interface Violation {
  /** The path of the field, e.g. `rows[0].LSTAT`. */
  readonly field: string;
  /** What was expected and what was given. */
  readonly description: string;
}

/** What a ServingError carries beside its reason and message. */
export interface ErrorFacts {
  /** Every field that does not fit. Default: none. */
  readonly violations?: readonly Violation[];
  /** How many more fields do not fit, which are not listed. Default: 0. */
  readonly violationsLeftOut?: number;
  /** When a retry may help, in milliseconds from now. Default: a retry does not help. */
  readonly retryAfterMs?: number;
  /** What caused it. It is logged, never sent. */
  readonly cause?: unknown;
}

/** A failure that a caller is told of. */
export class ServingError extends Error {
  override readonly name = "ServingError";
  readonly reason: ErrorReason;
  readonly violations: readonly Violation[];
  readonly violationsLeftOut: number;
  readonly retryAfterMs: number | undefined;

  constructor(reason: ErrorReason, message: string, facts: ErrorFacts = {}) {
    super(message, { cause: facts.cause });
    this.reason = reason;
    this.violations = facts.violations ?? [];
    this.violationsLeftOut = facts.violationsLeftOut ?? 0;
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** The kind of failure. */
  get code(): ErrorCode {
    return errorCatalogue[this.reason].code;
  }
}

const listedViolations = 3;

/**
 * Makes the INVALID_INPUT error of a list of violations, which must not be
 * empty, and of how many more were left out of it.
 */
export function invalidInput(
  violations: readonly Violation[],
  violationsLeftOut: number = 0,
): ServingError {
  const listed = violations
    .slice(0, listedViolations)
    .map((violation) => `${violation.field}: ${violation.description}`);
  const rest = violations.length - listed.length + violationsLeftOut;
  const more = rest > 0 ? `; and ${rest} more` : "";
  return new ServingError("INVALID_INPUT", listed.join("; ") + more, {
    violations,
    violationsLeftOut,
  });
}

/** Makes the error of a call whose signal was aborted: cancelled, or past its deadline. */
export function abortError({ reason }: { readonly reason: unknown }): ServingError {
  if (reason instanceof ServingError) return reason;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return deadlineError();
  }
  return new ServingError("CANCELLED", "the call was cancelled");
}

/** Makes the error of a call whose deadline has passed. */
export function deadlineError(): ServingError {
  return new ServingError("DEADLINE_EXCEEDED", "the deadline passed before the answer was ready");
}
