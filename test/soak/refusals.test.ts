import { PresageError } from "@presage/sdk/node";
import { describe, expect, it } from "vitest";
import { Unexpected } from "./expected.ts";
import { allowRefusal, describeFailure, expectRefusal } from "./refusals.ts";

const invalid = { code: "invalid_argument", reason: "INVALID_INPUT" } as const;
const refuse = (reason: string) =>
  Promise.reject(new PresageError("invalid_argument", "rows[3]: bad", { reason }));

describe("expectRefusal()", () => {
  it("takes a call that fails just so", async () => {
    await expect(expectRefusal(refuse("INVALID_INPUT"), invalid)).resolves.toBeUndefined();
  });

  it.each([
    { name: "an answer", call: () => Promise.resolve(1), reason: "answered instead of refused" },
    {
      name: "another reason",
      call: () => refuse("MODEL_RUN_FAILED"),
      reason: "reason is MODEL_RUN_FAILED instead of INVALID_INPUT",
    },
    {
      name: "another code",
      call: () => Promise.reject(new PresageError("internal", "a fault")),
      reason: "refused with internal a fault instead of invalid_argument",
    },
    {
      name: "a wrong answer",
      call: () => Promise.reject(new Unexpected("label is 1 instead of 0")),
      reason: "label is 1 instead of 0",
    },
  ])("does not take $name", async ({ call, reason }) => {
    await expect(expectRefusal(call(), invalid)).rejects.toThrow(reason);
  });
});

describe("allowRefusal()", () => {
  it("tells whether the call was answered", async () => {
    expect(await allowRefusal(Promise.resolve(1), invalid)).toBe(true);
    expect(await allowRefusal(refuse("INVALID_INPUT"), invalid)).toBe(false);
    await expect(allowRefusal(refuse("OTHER"), invalid)).rejects.toThrow(Unexpected);
  });
});

describe("describeFailure()", () => {
  it.each([
    { error: new Unexpected("label is 1 instead of 0"), told: "label is 1 instead of 0" },
    {
      error: new PresageError("unavailable", "process 12 died after 3.5 s", { reason: "GONE" }),
      told: "unavailable GONE process # died after # s",
    },
    { error: new Error("port 80"), told: "unknown port #" },
    { error: "text", told: "unknown text" },
  ])("tells $told", ({ error, told }) => {
    expect(describeFailure(error)).toBe(told);
  });
});
