import { describe, expect, it } from "vitest";
import type { CallLine, CallLog, LogFields, LogLevel } from "../../core/log.ts";
import { createCallLog } from "./call-log.ts";

const call: CallLine = {
  method: "presage.v1.InferenceService/Predict",
  protocol: "grpc",
  model: "iris",
  version: "1",
  code: "INVALID_ARGUMENT",
  reason: "INVALID_INPUT",
  fields: ["rows[0].age", "rows[0].tell-nobody"],
  durationMs: 1.234_567,
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
};

const answered: CallLine = { ...call, code: "OK", reason: "", fields: [] };

interface Heard {
  readonly calls: CallLog;
  readonly lines: readonly (readonly [LogLevel, string, LogFields])[];
}

function listen(accessSample: number, least: LogLevel = "info"): Heard {
  const lines: [LogLevel, string, LogFields][] = [];
  const calls = createCallLog({
    log: (level, message, fields = {}) => lines.push([level, message, { ...fields }]),
    accessSample,
    tells: (level) => level !== "debug" || least === "debug",
    knows: (name) => name === "rows" || name === "age",
  });
  return { calls, lines };
}

/** Answers so many calls, as a server does. */
function answer({ calls }: Heard, count: number): readonly boolean[] {
  return Array.from({ length: count }, () => {
    const told = calls.samples();
    if (told) calls.answered(answered);
    return told;
  });
}

describe("failed()", () => {
  it("tells what is known of the call, and of its fields only those that the server knows", () => {
    const heard = listen(0);
    heard.calls.failed(call);
    expect(heard.lines).toEqual([
      [
        "info",
        "call failed",
        {
          trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
          method: "presage.v1.InferenceService/Predict",
          protocol: "grpc",
          model: "iris",
          version: "1",
          code: "INVALID_ARGUMENT",
          reason: "INVALID_INPUT",
          fields: ["rows[0].age", "rows[0].…"],
          duration_ms: 1.235,
        },
      ],
    ]);
  });

  it("says nothing of what is not known", () => {
    const heard = listen(0);
    heard.calls.failed({
      ...call,
      model: "",
      version: "",
      reason: "",
      fields: [],
      traceId: undefined,
    });
    expect(heard.lines[0]?.[2]).toEqual({
      method: call.method,
      protocol: "grpc",
      code: "INVALID_ARGUMENT",
      duration_ms: 1.235,
    });
  });

  const levels: [LogLevel, readonly string[]][] = [
    [
      "info",
      ["CANCELLED", "INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "UNIMPLEMENTED"],
    ],
    ["warn", ["RESOURCE_EXHAUSTED", "UNAVAILABLE", "DEADLINE_EXCEEDED"]],
    ["error", ["INTERNAL", "UNKNOWN", "DATA_LOSS", "what nobody has heard of"]],
  ];
  it.each(levels)("is %s for what matters so much", (level, codes) => {
    const heard = listen(0);
    for (const code of codes) heard.calls.failed({ ...call, code });
    expect(heard.lines.map(([each]) => each)).toEqual(codes.map(() => level));
  });
});

describe("samples()", () => {
  const shares: [number, readonly number[]][] = [
    [0, []],
    [0.25, [3, 7, 11]],
    [0.4, [2, 4, 7, 9]],
    [1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ];
  it.each(shares)("tells of a share of %d, evenly", (share, told) => {
    const heard = listen(share);
    const sampled = answer(heard, 12).flatMap((each, index) => (each ? [index] : []));
    expect(sampled).toEqual(told);
    expect(heard.lines.map(([level, message]) => [level, message])).toEqual(
      told.map(() => ["info", "call answered"]),
    );
  });

  it("tells of every call at the level debug, and marks those that would be told anyway", () => {
    const heard = listen(0.5, "debug");
    answer(heard, 4);
    expect(heard.lines.map(([level]) => level)).toEqual(["debug", "info", "debug", "info"]);
  });
});
