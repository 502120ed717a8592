import { describe, expect, it } from "vitest";
import { createManualTimer } from "../../../test/support/manual-timer.ts";
import type { Drainable } from "./shutdown.ts";
import { drainConnections } from "./shutdown.ts";

interface Recorded extends Drainable {
  readonly steps: string[];
  whenEmpty: () => void;
}

const target = (open: number): Recorded => {
  const recorded: Recorded = {
    steps: [],
    whenEmpty: () => {},
    stopAccepting(whenEmpty) {
      recorded.steps.push("stopAccepting");
      recorded.whenEmpty = whenEmpty;
      return open;
    },
    announceEnd: () => void recorded.steps.push("announceEnd"),
    closeWhenIdle: () => void recorded.steps.push("closeWhenIdle"),
    cut() {
      recorded.steps.push("cut");
      return 2;
    },
  };
  return recorded;
};

describe("drainConnections()", () => {
  it("takes every step in order when clients stay", async () => {
    const timer = createManualTimer();
    const connections = target(5);
    const drained = drainConnections(connections, { graceMs: 500, deadlineMs: 10_000 }, timer);
    expect(connections.steps).toEqual(["stopAccepting", "announceEnd"]);
    expect(timer.pending()).toEqual([500, 10_000]);
    timer.fireNext();
    timer.fireNext();
    expect(connections.steps.slice(2)).toEqual(["closeWhenIdle", "cut"]);
    connections.whenEmpty();
    expect(await drained).toEqual({ open: 5, cut: 2 });
  });

  it("ends early, without another step, once no connection is left", async () => {
    const timer = createManualTimer();
    const connections = target(1);
    const drained = drainConnections(connections, { graceMs: 500, deadlineMs: 10_000 }, timer);
    connections.whenEmpty();
    expect(await drained).toEqual({ open: 1, cut: 0 });
    expect(timer.pending()).toEqual([]);
    expect(connections.steps).toEqual(["stopAccepting", "announceEnd"]);
  });

  it("does not let the grace outlast the deadline", () => {
    const timer = createManualTimer();
    void drainConnections(target(1), { graceMs: 500, deadlineMs: 100 }, timer);
    expect(timer.pending()).toEqual([100, 100]);
  });
});
