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
  /** Takes a call with one answer through the steps; `next` is the method itself. Throws ConnectErrors only. */
  runUnary<Answer>(signal: CallSignal, next: () => Answer | Promise<Answer>): Promise<Answer>;
  /** Makes the error of a message that is refused before its method sees it. */
  refuse(refusal: ServingError): ConnectError;
  /** The same steps, for calls of every kind, as Connect's engine takes them. */
  readonly interceptor: Interceptor;
}

/** Makes the steps, outermost first: failures are turned into errors of the protocol. */
export function createCallSteps({ reportFault }: CallParts): CallSteps {
  const translate = (failure: unknown, signal: CallSignal): ConnectError =>
    fromFailure(explainAbort(failure, signal), reportFault);

  const runUnary = async <Answer>(
    signal: CallSignal,
    next: () => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    try {
      return await next();
    } catch (failure) {
      throw translate(failure, signal);
    }
  };

  async function* runStream<Message>(
    messages: AsyncIterable<Message>,
    signal: CallSignal,
  ): AsyncGenerator<Message> {
    try {
      yield* messages;
    } catch (failure) {
      throw translate(failure, signal);
    }
  }

  return {
    runUnary,
    refuse: toConnectError,
    interceptor: (next) => async (request) => {
      const response = await runUnary(request.signal, () => next(request));
      return response.stream
        ? { ...response, message: runStream(response.message, request.signal) }
        : response;
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
