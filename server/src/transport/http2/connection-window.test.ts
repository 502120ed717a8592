import { describe, expect, it } from "vitest";
import { ConnectionWindow } from "./connection-window.ts";
import { defaultWindowBytes } from "./frames.ts";

describe("ConnectionWindow", () => {
  it("lets as much in as every connection begins with, and no more", () => {
    const window = new ConnectionWindow(1_000_000);
    expect([window.receive(defaultWindowBytes), window.receive(1)]).toEqual([true, false]);
  });

  it("lets more in once the client was told", () => {
    const window = new ConnectionWindow(1_000_000);
    window.open(10);
    expect([window.receive(defaultWindowBytes + 10), window.receive(1)]).toEqual([true, false]);
  });

  it("is opened by all that was freed when that is a half of it", () => {
    const window = new ConnectionWindow(1000);
    const freed = [499, 1, 250, 250, 2000, 499].map((bytes) => {
      window.receive(bytes);
      return window.free(bytes);
    });
    expect(freed).toEqual([0, 500, 0, 500, 2000, 0]);
    expect(window.receive(defaultWindowBytes - 499)).toBe(true);
    expect(window.receive(1)).toBe(false);
  });
});
