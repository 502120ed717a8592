import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { collectYoungGarbage } from "./young-garbage.ts";

describe("collectYoungGarbage()", () => {
  it("collects the young, and leaves the collector hidden", async () => {
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const observer = new PerformanceObserver((list) => {
      const [first] = list.getEntries();
      resolve((first as { readonly detail?: NodeGCPerformanceDetail } | undefined)?.detail?.kind);
    });
    // What a first use sets up may be collected for its own reasons.
    collectYoungGarbage();
    observer.observe({ entryTypes: ["gc"] });
    collectYoungGarbage();
    expect(await promise).toBe(constants.NODE_PERFORMANCE_GC_MINOR);
    observer.disconnect();
    expect("gc" in globalThis).toBe(false);
  });
});
