import type { Interceptor } from "@connectrpc/connect";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeToString } from "@connectrpc/connect/protocol-connect";
import {
  type CallProtocol,
  type CallRecord,
  type CallStart,
  type CallTelemetry,
  noTelemetry,
} from "../core/call-record.ts";
import { deadlineError, ServingError } from "../core/errors.ts";
import type { CallSignal } from "../core/prediction.ts";
import { protocolKey, recordKey } from "../services/call-context.ts";
import { fromFailure, toConnectError } from "../services/errors.ts";
import { fitTrailers } from "../services/trailer-error.ts";

/** What the steps of a call work with. */
export interface CallParts {
  /** Is told of every fault of the server itself. */
  readonly reportFault: (fault: unknown) => void;
}

/** The ordered steps of every call, on every lane and in every protocol. */
export interface CallSteps {
  /** Begins a call; what it gives must be ended. */
  begin(start: CallStart): CallRecord;
  /** Fails a call: turns what went wrong into an error of the protocol, notes it, and reports faults. */
  fail(failure: unknown, call: FailedCall): ConnectError;
  /** Makes the error of a message that is refused before its method sees it, and notes it. */
  refuse(refusal: ServingError, call: RefusedCall): ConnectError;
  /** The same steps as Connect's engine takes them; the call's record is among its context values. */
  readonly interceptor: Interceptor;
}

/** A call whose request is refused. */
export interface RefusedCall {
  readonly record: CallRecord | undefined;
  readonly protocol: CallProtocol;
}

/** A call that went wrong. */
export interface FailedCall extends RefusedCall {
  readonly signal: CallSignal;
}

/** What the steps are made of. */
export interface CallStepsOptions extends CallParts {
  /** Follows every call. @default nobody does */
  readonly telemetry?: Pick<CallTelemetry, "begin">;
}

/** Makes the steps. */
export function createCallSteps({
  reportFault,
  telemetry = noTelemetry,
}: CallStepsOptions): CallSteps {
  const fail: CallSteps["fail"] = (failure, call) => {
    const explained = fitProtocol(explainAbort(failure, call.signal), call);
    return noted(fromFailure(explained, reportFault), explained, call);
  };

  async function* runStream<Message>(
    messages: AsyncIterable<Message>,
    call: FailedCall,
  ): AsyncGenerator<Message> {
    const iterator = messages[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = await iterator.next().catch((failure: unknown) => {
          throw fail(failure, call);
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
    begin: (start) => telemetry.begin(start),
    fail,
    refuse(refusal, call) {
      const fitting = fitProtocol(refusal, call);
      return noted(toConnectError(fitting), fitting, call);
    },
    interceptor: (next) => async (request) => {
      const call = {
        signal: request.signal,
        record: request.contextValues.get(recordKey),
        protocol: request.contextValues.get(protocolKey),
      };
      try {
        const response = await next(request);
        return response.stream
          ? { ...response, message: runStream(response.message, call) }
          : response;
      } catch (failure) {
        throw fail(failure, call);
      }
    },
  };
}

/** What of a failure the caller's protocol has room for. */
function fitProtocol<Failure>(failure: Failure, { protocol }: RefusedCall): Failure | ServingError {
  return protocol === "grpc" && failure instanceof ServingError ? fitTrailers(failure) : failure;
}

/** Notes how a call fails: what goes out, and why. */
function noted(error: ConnectError, cause: unknown, { record }: RefusedCall): ConnectError {
  const reason = cause instanceof ServingError ? cause : undefined;
  record?.fail({ status: statusOf(error.code), error: reason });
  return error;
}

/** The name of a status as gRPC and OpenTelemetry write it. */
export function statusOf(code: Code): string {
  return code === Code.Canceled ? "CANCELLED" : codeToString(code).toUpperCase();
}

/** A call whose deadline passed is aborted just as a cancelled one: its signal tells which it was. */
function explainAbort(failure: unknown, { reason }: CallSignal): unknown {
  if (!(failure instanceof ServingError) || failure.reason !== "CANCELLED") return failure;
  return reason instanceof ConnectError && reason.code === Code.DeadlineExceeded
    ? deadlineError()
    : failure;
}
