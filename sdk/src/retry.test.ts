import { describe, expect, it } from "vitest";
import { type ErrorCode, PresageError } from "./errors.ts";
import { compileRetry, type FailedAttempt, retryDelayMs } from "./retry.ts";

const policy = compileRetry();
const busy = new PresageError("unavailable", "busy");

function delay(failed: Partial<FailedAttempt>): number | undefined {
  return retryDelayMs(policy, {
    attempt: 1,
    error: busy,
    random: 0.5,
    remainingMs: Infinity,
    ...failed,
  });
}

describe("compileRetry()", () => {
  it("fills in the defaults", () => {
    const defaults = { maxAttempts: 4, initialBackoffMs: 50, maxBackoffMs: 2000, multiplier: 2 };
    expect(compileRetry()).toEqual(defaults);
    expect(compileRetry({ maxAttempts: 2 })).toEqual({ ...defaults, maxAttempts: 2 });
  });

  it("makes false a single attempt", () => {
    expect(compileRetry(false).maxAttempts).toBe(1);
  });

  it("refuses everything that does not fit at once", () => {
    const options = {
      maxAttempts: 0,
      initialBackoffMs: -1,
      maxBackoffMs: Number.NaN,
      multiplier: 0.5,
    };
    const fields = Object.keys(options).map((name) => ({ field: `retry.${name}` }));
    expect(() => compileRetry(options)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        violations: fields.map((field) => expect.objectContaining(field)),
      }),
    );
  });
});

describe("retryDelayMs()", () => {
  const growth: [number, number][] = [
    [1, 25],
    [2, 50],
    [3, 100],
  ];
  for (const [attempt, expected] of growth) {
    it(`waits half of the backoff after attempt ${attempt} at random 0.5`, () => {
      expect(delay({ attempt })).toBe(expected);
    });
  }

  it("takes a random part of the backoff, down to nothing", () => {
    expect(delay({ random: 0 })).toBe(0);
  });

  it("never backs off longer than the most that is set", () => {
    const patient = compileRetry({ maxAttempts: 100 });
    const failed = { attempt: 50, error: busy, random: 0.5, remainingMs: Infinity };
    expect(retryDelayMs(patient, failed)).toBe(1000);
  });

  it("stops after the last attempt", () => {
    expect(delay({ attempt: 4 })).toBeUndefined();
  });

  it("waits at least as long as the server asks for", () => {
    const error = new PresageError("unavailable", "", { retryAfterMs: 3000 });
    expect(delay({ error, random: 0 })).toBe(3000);
    expect(delay({ error })).toBe(3025);
  });

  it("does not wait up to the deadline or past it", () => {
    expect(delay({ remainingMs: 26 })).toBe(25);
    expect(delay({ remainingMs: 25 })).toBeUndefined();
  });

  it("tries again when a resource is exhausted, but not a message that is too large", () => {
    const reason = "MESSAGE_TOO_LARGE";
    expect(delay({ error: new PresageError("resource_exhausted", "") })).toBe(25);
    expect(
      delay({ error: new PresageError("resource_exhausted", "", { reason }) }),
    ).toBeUndefined();
  });

  it("tries a lost connection again, but none that would fail in the same way", () => {
    const lost = new PresageError("unavailable", "", { reason: "CONNECTION_LOST" });
    expect(delay({ error: lost })).toBe(25);
    for (const reason of ["TLS_FAILED", "PROTOCOL_MISMATCH"]) {
      expect(delay({ error: new PresageError("unavailable", "", { reason }) })).toBeUndefined();
    }
  });

  const final: ErrorCode[] = [
    "canceled",
    "deadline_exceeded",
    "invalid_argument",
    "internal",
    "unknown",
  ];
  for (const code of final) {
    it(`never tries again after ${code}`, () => {
      expect(delay({ error: new PresageError(code, "") })).toBeUndefined();
    });
  }
});
