import { describe, expect, it } from "vitest";
import { createLoadedVersion } from "../../../test/support/loaded-version.ts";
import { createHandle } from "./handle.ts";
import { createVersionLife } from "./lifecycle.ts";

describe("createHandle()", () => {
  it("gives its pin back once, however often it is released", async () => {
    const life = createVersionLife({ now: () => 0 });
    const { loaded, released } = createLoadedVersion();
    life.ready(loaded);
    const [first, second] = [createHandle(1n, life), createHandle(1n, life)];
    first.release();
    first.release();
    const unloaded = life.unload();
    await Promise.resolve();
    expect([first.version, second.loaded, released()]).toEqual([1n, loaded, 0]);
    second.release();
    await unloaded;
    expect(released()).toBe(1);
  });
});
