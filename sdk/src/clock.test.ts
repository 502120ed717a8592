import { describe, expect, it } from "vitest";
import { systemClock } from "./clock.ts";

describe("systemClock.sleep()", () => {
  it("lasts until its time has come", async () => {
    const start = systemClock.now();
    await systemClock.sleep(2);
    expect(systemClock.now() - start).toBeGreaterThan(0.9);
  });

  it("ends when its signal is aborted, also before it began", async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await expect(sleeping).resolves.toBeUndefined();
    await expect(systemClock.sleep(60_000, controller.signal)).resolves.toBeUndefined();
  });
});
