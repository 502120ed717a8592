import type { Interceptor } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { deadlineError, ServingError } from "../core/errors.ts";
import { fromFailure } from "../services/errors.ts";

/** What the steps of a call work with. */
export interface CallParts {
  /** Is told of every fault of the server itself. */
  readonly reportFault: (fault: unknown) => void;
}

/**
 * Returns the ordered steps of every call, outermost first, on every lane and
 * in every protocol.
 */
export function createCallSteps(parts: CallParts): Interceptor[] {
  return [translateFailures(parts)];
}

/** Turns whatever a call fails with into an error of the protocol, with its details. */
function translateFailures({ reportFault }: CallParts): Interceptor {
  return (next) => async (request) => {
    const translate = (failure: unknown): ConnectError =>
      fromFailure(explainAbort(failure, request.signal), reportFault);
    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: translateStream(response.message, translate) };
    } catch (failure) {
      throw translate(failure);
    }
  };
}

async function* translateStream<Message>(
  messages: AsyncIterable<Message>,
  translate: (failure: unknown) => ConnectError,
): AsyncGenerator<Message> {
  try {
    yield* messages;
  } catch (failure) {
    throw translate(failure);
  }
}

/** A call whose deadline passed is aborted just as a cancelled one: its signal tells which it was. */
function explainAbort(failure: unknown, signal: AbortSignal): unknown {
  if (!(failure instanceof ServingError) || failure.reason !== "CANCELLED") return failure;
  const reason: unknown = signal.reason;
  return reason instanceof ConnectError && reason.code === Code.DeadlineExceeded
    ? deadlineError()
    : failure;
}
