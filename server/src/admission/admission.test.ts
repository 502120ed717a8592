import { describe, expect, it } from "vitest";
import { createAdmission } from "./admission.ts";

describe("createAdmission()", () => {
  it("refuses calls that are read later than the limit, and no others", () => {
    const refused = [0, 100, 101, 5000].map((ms) => {
      const delay = { exceeds: (limitMs: number) => ms > limitMs };
      return createAdmission({ delay, maxWaitMs: 100 }).refusal()?.reason;
    });
    expect(refused).toEqual([undefined, undefined, "OVERLOADED", "OVERLOADED"]);
  });

  it("gives the same error each time, with when to call again", () => {
    const { refusal } = createAdmission({ delay: { exceeds: () => true }, maxWaitMs: 100 });
    expect(refusal()?.retryAfterMs).toBe(100);
    expect(refusal()).toBe(refusal());
  });
});
