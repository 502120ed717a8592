import { describe, expect, it } from "vitest";
import { createLoadedVersion } from "../../../test/support/loaded-version.ts";
import type { Clock } from "../core/clock.ts";
import { createHandle } from "./handle.ts";
import { createVersionLife } from "./lifecycle.ts";

/** A clock that goes on by a second each time it is looked at. */
function tickingClock(): Clock {
  let now = 0;
  return { now: () => (now += 1000) };
}

describe("createVersionLife()", () => {
  it("begins by loading", () => {
    const life = createVersionLife(tickingClock());
    expect(life.status).toEqual({ state: "loading", reason: "", since: 1000 });
    expect(life.signature).toBeUndefined();
    expect(() => life.pin()).toThrow("a version that is loading cannot be pinned");
  });

  it("becomes ready with a signature", () => {
    const life = createVersionLife(tickingClock());
    const { loaded } = createLoadedVersion();
    life.ready(loaded);
    expect(life.status).toEqual({ state: "ready", reason: "", since: 2000 });
    expect(life.signature).toBe(loaded.signature);
    expect(life.pin()).toBe(loaded);
  });

  it("fails for every reason, with the signature as far as it was read", () => {
    const life = createVersionLife(tickingClock());
    const { loaded } = createLoadedVersion();
    life.fail(["golden example 0: too low", "golden example 1: too high"], loaded.signature);
    expect(life.status).toEqual({
      state: "unavailable",
      reason: "golden example 0: too low; golden example 1: too high",
      since: 2000,
    });
    expect(life.signature).toBe(loaded.signature);
    expect(() => life.pin()).toThrow("a version that is unavailable cannot be pinned");
  });

  it("unloads at once what no call uses", async () => {
    const life = createVersionLife(tickingClock());
    const { loaded, released } = createLoadedVersion();
    life.ready(loaded);
    const handle = createHandle(1n, life);
    handle.release();
    await life.unload();
    expect(released()).toBe(1);
    expect(life.status).toEqual({ state: "unavailable", reason: "unloaded", since: 4000 });
    expect(() => life.pin()).toThrow("a version that is unavailable cannot be pinned");
  });

  it("waits for every call that uses it", async () => {
    const life = createVersionLife(tickingClock());
    const { loaded, released } = createLoadedVersion();
    life.ready(loaded);
    const handles = [createHandle(1n, life), createHandle(1n, life)];
    const unloaded = life.unload();
    expect(life.status).toEqual({
      state: "unloading",
      reason: "the server unloads the version",
      since: 3000,
    });
    expect(() => life.pin()).toThrow("a version that is unloading cannot be pinned");
    for (const handle of handles) {
      expect(released()).toBe(0);
      expect(handle.loaded).toBe(loaded);
      handle.release();
      handle.release();
      await Promise.resolve();
    }
    await unloaded;
    expect(released()).toBe(1);
  });

  it("unloads once, and nothing that is not ready", async () => {
    const clock = tickingClock();
    const loading = createVersionLife(clock);
    await loading.unload();
    expect(loading.status.state).toBe("loading");
    const life = createVersionLife(clock);
    const { loaded, released } = createLoadedVersion();
    life.ready(loaded);
    await Promise.all([life.unload(), life.unload()]);
    await life.unload();
    expect(released()).toBe(1);
  });
});
