import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { Health } from "@presage/gen/grpc/health/v1/health_pb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deadlineOf, explainCancel, mendErrors } from "./answer-faults.ts";
import { streamOutcome } from "./testing/stream-outcome.ts";
import { outcomeOf } from "./testing/unary-outcome.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A transport whose calls take so many milliseconds, and then fail. */
function failing(error: ConnectError, milliseconds = 0): Transport {
  const fail = async (): Promise<never> => {
    vi.advanceTimersByTime(milliseconds);
    throw error;
  };
  return { unary: fail, stream: fail };
}

/** A transport whose streams fail when they are read. */
function failingLate(error: ConnectError): Transport {
  const next = (): Promise<never> => Promise.reject(error);
  return {
    unary: next,
    stream: async (method) => ({
      stream: true,
      service: method.parent,
      method,
      header: new Headers(),
      trailer: new Headers(),
      message: { [Symbol.asyncIterator]: () => ({ next }) },
    }),
  };
}

const truncated = new ConnectError("protocol error: incomplete envelope", Code.InvalidArgument, {
  "x-a": "1",
});
const sent = Object.assign(new ConnectError(truncated.rawMessage, truncated.code), {
  isWireError: true,
});
const refused = new ConnectError("no rows", Code.InvalidArgument);
const cancelled = new ConnectError("stream closed", Code.Canceled);

const cases: [string, ConnectError, object][] = [
  [
    "makes an answer that was cut off internal, with all that is known of it",
    truncated,
    { code: "Internal", message: truncated.rawMessage, metadata: { "x-a": "1" } },
  ],
  ["leaves what the server has sent", sent, { code: "InvalidArgument" }],
  ["leaves what is wrong with a request", refused, { code: "InvalidArgument" }],
  ["leaves a cancellation before the deadline", cancelled, { code: "Canceled" }],
];

describe("mendErrors()", () => {
  for (const [what, error, expected] of cases) {
    it(`${what}, in calls and in streams`, async () => {
      const transport = mendErrors(failing(error));
      expect(await outcomeOf(transport, { timeoutMs: 10 })).toMatchObject(expected);
      for (const each of [transport, mendErrors(failingLate(error))])
        expect(await streamOutcome(each)).toMatchObject({ error: expected });
    });
  }

  it("makes a cancellation at the deadline what it is", async () => {
    const transport = mendErrors(failing(cancelled, 10));
    const late = { code: "DeadlineExceeded", message: "the operation timed out" };
    expect(await outcomeOf(transport, { timeoutMs: 10 })).toMatchObject(late);
    expect(await streamOutcome(transport, { timeoutMs: 10 })).toMatchObject({ error: late });
    expect(await outcomeOf(transport, { timeoutMs: 11 })).toMatchObject({ code: "Canceled" });
    expect(await outcomeOf(transport)).toMatchObject({ code: "Canceled" });
  });

  it("throws what is no error of a call as it is", async () => {
    const fault = new TypeError("no");
    const broken: Transport["unary"] = () => Promise.reject(fault);
    const transport = mendErrors({ ...failing(cancelled), unary: broken });
    const call = transport.unary(Health.method.check, undefined, 0, undefined, {});
    await expect(call).rejects.toBe(fault);
  });
});

describe("explainCancel()", () => {
  it("keeps the cancellation as the cause", () => {
    const deadline = deadlineOf(5);
    expect(explainCancel(cancelled, deadline)).toBe(cancelled);
    vi.advanceTimersByTime(5);
    expect(explainCancel(cancelled, deadline)).toMatchObject({
      code: Code.DeadlineExceeded,
      cause: cancelled,
    });
    expect(explainCancel(refused, deadline)).toBe(refused);
  });
});

describe("deadlineOf()", () => {
  it("is infinitely far without a timeout", () => {
    expect([deadlineOf(undefined), deadlineOf(0)]).toEqual([Infinity, Infinity]);
  });
});
