import type { CallLine, CallLog, Log, LogFields, LogLevel } from "../../core/log.ts";
import { tellableFields } from "./tellable-field.ts";

/** What a log of calls works with. */
export interface CallLogParts {
  readonly log: Log;
  /** The share of answered calls that is told, 0 to 1. */
  readonly accessSample: number;
  /** Whether lines of this level are written. */
  readonly tells: (level: LogLevel) => boolean;
  /** Whether the server itself knows a name: of a field of its messages, or of a model's feature. */
  readonly knows: (name: string) => boolean;
}

/**
 * Makes the log of calls. It tells of every call that failed, and of answered
 * calls evenly: of each tenth, where the share is 0.1. At the level `debug` it
 * tells of all.
 */
export function createCallLog({ log, accessSample, tells, knows }: CallLogParts): CallLog {
  let due = 0;
  let answeredLevel: LogLevel = "info";

  const fieldsOf = (call: CallLine): LogFields => ({
    trace_id: call.traceId,
    method: call.method,
    protocol: call.protocol,
    model: call.model || undefined,
    version: call.version || undefined,
    code: call.code,
    reason: call.reason || undefined,
    // Looked at only when the line is written: of a thousand like it, few are.
    get fields() {
      const fields = tellableFields(call.fields, knows);
      return fields.length === 0 ? undefined : fields;
    },
    duration_ms: Math.round(call.durationMs * 1000) / 1000,
  });

  return {
    failed(call) {
      const level = levelOf(call.code);
      if (tells(level)) log(level, "call failed", fieldsOf(call));
    },
    answered: (call) => log(answeredLevel, "call answered", fieldsOf(call)),
    samples() {
      due += accessSample;
      if (due >= 1) {
        due -= 1;
        answeredLevel = "info";
        return true;
      }
      answeredLevel = "debug";
      return tells("debug");
    },
  };
}

/**
 * How much a failure matters to whoever runs the server. A caller's mistakes and
 * changes of mind are `info`: nobody has to get up for them, and a caller could
 * else fill the log of warnings as he likes. What the server could not do for now,
 * by load, by time or by what it depends on, is `warn`: once is nothing, often is
 * something. What should never be is `error`.
 */
function levelOf(code: string): LogLevel {
  switch (code) {
    case "CANCELLED":
    case "INVALID_ARGUMENT":
    case "NOT_FOUND":
    case "ALREADY_EXISTS":
    case "PERMISSION_DENIED":
    case "FAILED_PRECONDITION":
    case "ABORTED":
    case "OUT_OF_RANGE":
    case "UNIMPLEMENTED":
    case "UNAUTHENTICATED":
      return "info";
    case "RESOURCE_EXHAUSTED":
    case "UNAVAILABLE":
    case "DEADLINE_EXCEEDED":
      return "warn";
    default:
      return "error";
  }
}
