import { describe, expect, it } from "vitest";
import { timeRun } from "./run-timer.ts";
import type { RunnableModel } from "./runtime.ts";

const modelOf = (run: RunnableModel["run"]): RunnableModel => ({
  inputs: [],
  outputs: [],
  run,
  release: async () => {},
});

async function timesOf(model: (advance: (ms: number) => void) => RunnableModel["run"]) {
  let now = 0;
  const recorded: number[] = [];
  const run = timeRun(
    modelOf(
      model((ms) => {
        now += ms;
      }),
    ),
    [],
    [],
    { record: (ms) => recorded.push(ms), now: () => now },
  );
  await run.catch(() => {});
  return recorded;
}

describe("timeRun()", () => {
  it("takes the time from the beginning of a run to its end", async () => {
    const recorded = await timesOf((advance) => async () => {
      await Promise.resolve();
      advance(7);
      return [];
    });
    expect(recorded).toEqual([7]);
  });

  it("records nothing of a run that fails", async () => {
    expect(await timesOf(() => () => Promise.reject(new Error("no")))).toEqual([]);
  });
});
