import { ServingError } from "../../core/errors.ts";

/** What the log tells of an error. */
export interface ToldError {
  /** The name of its class. */
  readonly type: string;
  /** Why, as the catalogue names it. */
  readonly reason?: string;
  /** What the system or a library calls it, e.g. `ECONNREFUSED`. */
  readonly code?: string;
  readonly message?: string;
  /** Where it happened, and where what caused it. */
  readonly stack?: string;
  readonly cause?: ToldError;
}

const mostFrames = 20;
const longestMessage = 500;
const deepestCause = 3;

/**
 * Tells an error by what the program says of itself: its kind, and where it
 * happened. Messages may repeat what somebody sent. Those of the catalogue's
 * errors are written for the caller, and those of parsers quote what they read,
 * so both are left out; in others, texts in quotes and fractions are. What else
 * an error carries, such as a database's details, is never told.
 */
export function tellError(error: unknown, depth: number = 0): ToldError {
  if (!(error instanceof Error)) return { type: typeof error };
  const message = tellMessage(error);
  const frames = framesOf(error);
  return {
    type: error.name,
    ...(error instanceof ServingError ? { reason: error.reason } : {}),
    ...("code" in error && typeof error.code === "string" && !(error instanceof ServingError)
      ? { code: error.code }
      : {}),
    ...(message === "" ? {} : { message }),
    ...(frames.length === 0 ? {} : { stack: frames.slice(0, mostFrames).join("\n") }),
    ...(error.cause instanceof Error && depth < deepestCause
      ? { cause: tellError(error.cause, depth + 1) }
      : {}),
  };
}

/** The stack begins with the message, and a message may have lines that look like a stack's. */
function framesOf({ stack = "", message }: Error): readonly string[] {
  return stack
    .replace(message, "")
    .split("\n")
    .filter((line) => /^ {4}at .+(?::\d+:\d+|<anonymous>|native)\)?$/.test(line));
}

function tellMessage(error: Error): string {
  if (error instanceof ServingError || error instanceof SyntaxError) return "";
  return withoutPasswords(error.message)
    .replaceAll(/(["'`]).*?\1/gs, "$1…$1")
    .replaceAll(/(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?(?![\w.])/gi, "…")
    .slice(0, longestMessage);
}

/** Leaves the passwords out of the URLs of a text. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/(\w:\/\/)[^\s/@]*@/g, "$1…@");
}
