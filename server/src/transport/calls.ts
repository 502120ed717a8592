import type { Interceptor } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { deadlineError, ServingError } from "../core/errors.ts";
import type { CallSignal } from "../core/prediction.ts";
import { fromFailure, toConnectError } from "../services/errors.ts";

/** What the steps of a call work with. */
export interface CallParts {
  /** Is told of every fault of the server itself. */
  readonly reportFault: (fault: unknown) => void;
}

/** The ordered steps of every call, on every lane and in every protocol. */
export interface CallSteps {
  /** Ends a call that failed: turns what went wrong into an error of the protocol, and reports faults. */
  fail(failure: unknown, signal: CallSignal): ConnectError;
  /** Makes the error of a message that is refused before its method sees it. */
  refuse(refusal: ServingError): ConnectError;
  /** The same steps as Connect's engine takes them. */
  readonly interceptor: Interceptor;
}

/** Makes the steps. */
export function createCallSteps({ reportFault }: CallParts): CallSteps {
  const fail = (failure: unknown, signal: CallSignal): ConnectError =>
    fromFailure(explainAbort(failure, signal), reportFault);

  async function* runStream<Message>(
    messages: AsyncIterable<Message>,
    signal: CallSignal,
  ): AsyncGenerator<Message> {
    const iterator = messages[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = await iterator.next().catch((failure: unknown) => {
          throw fail(failure, signal);
        });
        if (next.done === true) return;
        // What the engine throws in here is that its caller has left: no failure of the method.
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  return {
    fail,
    refuse: toConnectError,
    interceptor: (next) => async (request) => {
      try {
        const response = await next(request);
        return response.stream
          ? { ...response, message: runStream(response.message, request.signal) }
          : response;
      } catch (failure) {
        throw fail(failure, request.signal);
      }
    },
  };
}

/** A call whose deadline passed is aborted just as a cancelled one: its signal tells which it was. */
function explainAbort(failure: unknown, { reason }: CallSignal): unknown {
  if (!(failure instanceof ServingError) || failure.reason !== "CANCELLED") return failure;
  return reason instanceof ConnectError && reason.code === Code.DeadlineExceeded
    ? deadlineError()
    : failure;
}
