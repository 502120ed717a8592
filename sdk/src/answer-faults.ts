import { Code, ConnectError, type Transport } from "@connectrpc/connect";

/**
 * Makes a transport whose errors tell the right kind of failure in two cases
 * in which Connect's own do not.
 *
 * An answer that was cut off, or breaks the protocol otherwise, is `internal`.
 * Connect's engine, which serves both sides with the same code, calls it
 * `invalid_argument`, as if the caller were wrong. And a call that the server
 * has cancelled when its deadline passed has failed by that.
 */
export function mendErrors(transport: Transport): Transport {
  return {
    unary(...call) {
      const rethrow = createMender(deadlineOf(call[2]));
      return transport.unary(...call).catch(rethrow);
    },
    async stream(...call) {
      const rethrow = createMender(deadlineOf(call[2]));
      const answer = await transport.stream(...call).catch(rethrow);
      return { ...answer, message: mendEach(answer.message, rethrow) };
    },
  };
}

/** The moment of a deadline; Infinity without one. */
export function deadlineOf(timeoutMs: number | undefined): number {
  return timeoutMs !== undefined && timeoutMs > 0 ? performance.now() + timeoutMs : Infinity;
}

/**
 * Tells why a server has cancelled a call: by its own clock, the deadline may
 * have passed before this side's timer is run.
 */
export function explainCancel(error: ConnectError, deadline: number): ConnectError {
  if (error.code !== Code.Canceled || performance.now() < deadline) return error;
  return new ConnectError(
    "the operation timed out",
    Code.DeadlineExceeded,
    undefined,
    undefined,
    error,
  );
}

function createMender(deadline: number): (reason: unknown) => never {
  return (reason) => {
    if (!(reason instanceof ConnectError) || reason.isWireError) throw reason;
    throw isAnswerFault(reason)
      ? new ConnectError(reason.rawMessage, Code.Internal, reason.metadata, undefined, reason.cause)
      : explainCancel(reason, deadline);
  };
}

function mendEach<T>(
  messages: AsyncIterable<T>,
  rethrow: (reason: unknown) => never,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = messages[Symbol.asyncIterator]();
      return { next: () => iterator.next().catch(rethrow) };
    },
  };
}

function isAnswerFault({ code, rawMessage }: ConnectError): boolean {
  return code === Code.InvalidArgument && rawMessage.startsWith("protocol error: ");
}
