import { describe, expect, it } from "vitest";
import { createRestartDelay } from "./restart-delay.ts";

describe("createRestartDelay()", () => {
  const cases: [string, readonly number[], readonly number[]][] = [
    ["none for the first death", [0], [0]],
    ["twice as long at each further death", [5, 5, 5, 5, 5], [0, 1000, 2000, 4000, 8000]],
    ["half a minute at most", [0, 0, 0, 0, 0, 0, 0, 0], [0, 1e3, 2e3, 4e3, 8e3, 16e3, 3e4, 3e4]],
    ["anew for one that served a minute", [5, 5, 59_999, 60_000, 5], [0, 1000, 2000, 0, 1000]],
  ];
  it.each(cases)("waits %s", (_, served, delays) => {
    const delay = createRestartDelay();
    expect(served.map((servedMs) => delay.next(servedMs))).toEqual(delays);
  });
});
