import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServingError } from "../core/errors.ts";
import { type Background, createBackground } from "./background.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const away = new ServingError("STORE_UNAVAILABLE", "the store is away");

interface Heard {
  readonly background: Background;
  readonly lines: string[];
  readonly faults: unknown[];
}

/** Hears what a background tells; the store answers whatever it is asked, unless a test says otherwise. */
function listen(askStore: () => Promise<void> = async () => {}): Heard {
  const lines: string[] = [];
  const faults: unknown[] = [];
  const background = createBackground({
    askStore,
    log: (_level, line) => lines.push(line),
    reportFault: (fault) => faults.push(fault),
  });
  return { background, lines, faults };
}

/** Work that fails as often as there are failures, and counts how often it was done. */
function failing(...failures: readonly Error[]): {
  done: number;
  readonly work: () => Promise<void>;
} {
  const state = {
    done: 0,
    work: async () => {
      state.done += 1;
      const failure = failures[state.done - 1];
      if (failure !== undefined) throw failure;
    },
  };
  return state;
}

describe("createBackground()", () => {
  it("tells once that the store is away, and once that it is back", async () => {
    const { background, lines, faults } = listen();
    const { work } = failing(away, away);
    expect(await background.attempt(work)).toBe(false);
    expect(await background.attempt(work)).toBe(false);
    expect(await background.attempt(work)).toBe(true);
    expect(await background.attempt(work)).toBe(true);
    expect(lines).toEqual([
      "no feedback is taken for now: the store is away",
      "feedback is taken again",
    ]);
    expect(faults).toEqual([]);
  });

  it("does not take for done what told of its failure itself", async () => {
    const { background, lines } = listen();
    expect(await background.attempt(async () => background.failed(away))).toBe(false);
    expect(lines).toEqual(["no feedback is taken for now: the store is away"]);
  });

  it("does not take the store for back because there was nothing to ask of it", async () => {
    let isAway = true;
    const { background, lines } = listen(async () => {
      if (isAway) throw away;
    });
    await background.attempt(failing(away).work);
    expect(await background.attempt(async () => {})).toBe(false);
    expect(lines).toHaveLength(1);
    isAway = false;
    expect(await background.attempt(async () => {})).toBe(true);
    expect(lines.slice(1)).toEqual(["feedback is taken again"]);
  });

  it("reports every other failure as a fault", async () => {
    const { background, lines, faults } = listen();
    const fault = new Error("broken");
    await background.attempt(failing(fault).work);
    expect([faults, lines]).toEqual([[fault], []]);
  });

  it("does something until it works", async () => {
    const { background } = listen();
    const key = failing(away, away);
    await background.until(key.work, 1000);
    expect(key.done).toBe(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(key.done).toBe(1);
    await vi.advanceTimersByTimeAsync(1001);
    expect(key.done).toBe(3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(key.done).toBe(3);
  });

  it("does something again and again, one at a time, until it is stopped", async () => {
    const { background } = listen();
    let done = 0;
    const slow = Promise.withResolvers<void>();
    background.every(async () => {
      done += 1;
      if (done === 1) await slow.promise;
    }, 1000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(done).toBe(1);
    slow.resolve();
    await vi.advanceTimersByTimeAsync(2000);
    expect(done).toBe(3);
    background.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(done).toBe(3);
  });

  it("tries nothing again once it is stopped", async () => {
    const { background } = listen();
    const key = failing(away, away);
    await background.until(key.work, 1000);
    background.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(key.done).toBe(1);
  });
});
