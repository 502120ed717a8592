import { describe, expect, it } from "vitest";
import { valuesOf } from "../../../test/support/snapshots.ts";
import { observeProcess, processInstruments } from "./process-metrics.ts";
import { createMetricRegistry } from "./registry.ts";

function observe() {
  const registry = createMetricRegistry();
  const stop = observeProcess(registry, {
    version: "1.2.3",
    eventLoop: {
      delays: () => ({ p50: 0.1, p90: 0.2, p99: 0.3, max: 0.4 }),
      utilization: () => 0.5,
      stop: () => {},
    },
  });
  return { registry, stop };
}

describe("observeProcess()", () => {
  it("tells what the event loop and the build are", () => {
    const values = valuesOf(observe().registry.collect());
    expect(values).toMatchObject({
      "nodejs.eventloop.delay.p50": 0.1,
      "nodejs.eventloop.delay.p90": 0.2,
      "nodejs.eventloop.delay.p99": 0.3,
      "nodejs.eventloop.delay.max": 0.4,
      "nodejs.eventloop.utilization": 0.5,
      "presage.processes": 1,
      [`presage.build.info 1.2.3 ${process.versions.node}`]: 1,
    });
  });

  it.each([
    "process.memory.usage",
    "v8js.memory.heap.used",
    "process.cpu.time user",
    "process.cpu.time system",
    "process.uptime",
  ])("measures %s", (name) => {
    expect(valuesOf(observe().registry.collect())[name]).toBeGreaterThan(0);
  });

  it("tells everything that it lists", () => {
    const told = observe()
      .registry.collect()
      .numbers.map(({ instrument }) => instrument.name);
    expect(told.toSorted()).toEqual(processInstruments.map(({ name }) => name).toSorted());
  });

  it("tells nothing once it is stopped", () => {
    const { registry, stop } = observe();
    stop();
    expect(registry.collect()).toEqual({ numbers: [], histograms: [] });
  });
});
