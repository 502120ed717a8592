import { describe, expect, it } from "vitest";
import { defaultHttp2Limits } from "../http2-limits.ts";
import { createAbuseGuard } from "./abuse-guard.ts";

const limits = { ...defaultHttp2Limits, resetBurst: 10, resetsPerSecond: 2 };

/** How often in a row the guard lets something pass, of at most 1000 times. */
function countPassed(pass: () => boolean): number {
  let count = 0;
  while (count < 1000 && pass()) count += 1;
  return count;
}

describe("reset() of an abuse guard", () => {
  it("allows a burst, and then as many as the time gives", () => {
    let now = 5000;
    const guard = createAbuseGuard(limits, () => now);
    expect(countPassed(() => guard.reset())).toBe(10);
    // The one above the burst is owed.
    now += 1500;
    expect(countPassed(() => guard.reset())).toBe(2);
    now += 400;
    expect(guard.reset()).toBe(false);
  });

  it("never allows more at once than the burst", () => {
    let now = 0;
    const guard = createAbuseGuard(limits, () => now);
    now += 3_600_000;
    expect(countPassed(() => guard.reset())).toBe(10);
  });

  it("allows any number as often as the limits say", () => {
    let now = 0;
    const guard = createAbuseGuard(limits, () => now);
    const passed = countPassed(() => {
      now += 500;
      return guard.reset();
    });
    expect(passed).toBe(1000);
  });

  it("goes by the real time unless told otherwise", () => {
    const guard = createAbuseGuard({ ...limits, resetsPerSecond: 0 });
    expect(countPassed(() => guard.reset())).toBe(10);
  });
});

describe("offend() of an abuse guard", () => {
  it("allows 100 offences, however long they take, and none more", () => {
    let now = 0;
    const guard = createAbuseGuard(limits, () => now);
    const passed = countPassed(() => {
      now += 60_000;
      return guard.offend();
    });
    expect(passed).toBe(100);
    expect(guard.offend()).toBe(false);
    expect(guard.reset()).toBe(true);
  });
});
