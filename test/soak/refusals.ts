import { type ErrorCode, PresageError } from "@presage/sdk/node";
import { checkEqual, Unexpected } from "./expected.ts";

/** How a call must be refused. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The catalogue's reason; undefined if there is none, or it may be any. */
  readonly reason?: string;
}

/** Throws unless a call fails just so. */
export async function expectRefusal(call: Promise<unknown>, wanted: Refusal): Promise<void> {
  const error = await failureOf(call);
  if (error === undefined) throw new Unexpected(`answered instead of refused with ${wanted.code}`);
  checkRefusal(error, wanted);
}

/** Throws unless a call is answered, or fails just so. Gives whether it was answered. */
export async function allowRefusal(call: Promise<unknown>, wanted: Refusal): Promise<boolean> {
  const error = await failureOf(call);
  if (error === undefined) return true;
  checkRefusal(error, wanted);
  return false;
}

/** What is told of something that went wrong: its kind, and its text without what tells one time from another. */
export function describeFailure(error: unknown): string {
  if (error instanceof Unexpected) return error.message;
  const { code, reason = "", message } = PresageError.from(error);
  const text = message.replaceAll(/\d+(\.\d+)?/g, "#").slice(0, 200);
  return [code, reason, text].filter((part) => part !== "").join(" ");
}

async function failureOf(call: Promise<unknown>): Promise<PresageError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Unexpected) throw error;
    return PresageError.from(error);
  }
}

function checkRefusal(error: PresageError, { code, reason }: Refusal): void {
  if (error.code !== code)
    throw new Unexpected(`refused with ${describeFailure(error)} instead of ${code}`);
  if (reason !== undefined) checkEqual("reason", error.reason, reason);
}
