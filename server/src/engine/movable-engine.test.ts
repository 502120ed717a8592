import { describe, expect, it } from "vitest";
import type { Tensor } from "../core/tensor.ts";
import type { Engine, Place } from "./engine.ts";
import { createInlineExecutor } from "./inline-executor.ts";
import { createMovableEngine } from "./movable-engine.ts";

/** An engine that answers its place, and whose runs last as long as the test says. */
function createEngine(place: Place, events: string[], runs: () => Promise<void>): Engine {
  return {
    place,
    parallel: place === "pool" ? 2 : 1,
    executor: createInlineExecutor().createShare(),
    model: {
      inputs: [],
      outputs: [],
      async run() {
        await runs();
        return [{ name: place, dataType: "STRING", shape: [0], data: [] }];
      },
      release: async () => void events.push(`${place} released`),
    },
  };
}

function setUp({ startPool }: { readonly startPool?: () => Promise<Engine> } = {}) {
  const events: string[] = [];
  const time = { now: 0, runMs: 0, held: Promise.resolve() };
  const inline = createEngine("inline", events, async () => {
    await time.held;
    time.now += time.runMs;
  });
  const started = Promise.withResolvers<Engine>();
  const engine = createMovableEngine({
    inline,
    slowMs: 4,
    startPool: () => {
      events.push("pool starts");
      return startPool?.() ?? started.promise;
    },
    reportFault: (fault) => events.push((fault as Error).message),
    now: () => time.now,
  });
  return {
    engine,
    events,
    time,
    start: async () => {
      started.resolve(createEngine("pool", events, async () => {}));
      await new Promise(setImmediate);
    },
    /** Runs several times, each as long as given, and gives where. */
    run: async (times: number, runMs: number): Promise<string[]> => {
      time.runMs = runMs;
      const places: string[] = [];
      for (let turn = 0; turn < times; turn += 1)
        places.push(placeOf(await engine.model.run([], [])));
      return places;
    },
  };
}

const placeOf = (outputs: readonly Tensor[]): string => outputs[0]?.name ?? "";

describe("createMovableEngine()", () => {
  it("stays inline while no 20 runs in a row are slow", async () => {
    const { engine, events, run } = setUp();
    for (const [times, runMs] of [
      [19, 5],
      [1, 4],
      [19, 500],
      [1, 0],
    ] as const)
      await run(times, runMs);
    expect([engine.place, engine.parallel, events]).toEqual(["inline", 1, []]);
  });

  it("moves after 20 slow runs in a row, answering inline until the pool has started", async () => {
    const { engine, events, run, start } = setUp();
    expect(new Set(await run(30, 5))).toEqual(new Set(["inline"]));
    expect(events).toEqual(["pool starts"]);
    await start();
    expect([engine.place, engine.parallel]).toEqual(["pool", 2]);
    expect(await run(2, 5)).toEqual(["pool", "pool"]);
    expect(await engine.executor.execute(() => Promise.resolve(1))).toBe(1);
    await engine.model.release();
    expect(events).toEqual(["pool starts", "inline released", "pool released"]);
  });

  it("frees the inline model after its last run", async () => {
    const { engine, events, time, run, start } = setUp();
    await run(20, 5);
    const gate = Promise.withResolvers<void>();
    time.held = gate.promise;
    const last = engine.model.run([], []);
    await start();
    expect([engine.place, events]).toEqual(["pool", ["pool starts"]]);
    gate.resolve();
    expect(placeOf(await last)).toBe("inline");
    await engine.model.release();
    expect(events).toEqual(["pool starts", "inline released", "pool released"]);
  });

  it("frees both where it is freed while the pool starts", async () => {
    const { engine, events, run, start } = setUp();
    await run(20, 5);
    const released = engine.model.release();
    await start();
    await released;
    expect(events).toEqual(["pool starts", "pool released", "inline released"]);
  });

  it("stays inline where the pool cannot start, and tells once", async () => {
    const { engine, events, run } = setUp({
      startPool: () => Promise.reject(new Error("no more threads")),
    });
    expect(new Set(await run(60, 5))).toEqual(new Set(["inline"]));
    await engine.model.release();
    expect(events).toEqual(["pool starts", "no more threads", "inline released"]);
  });
});
