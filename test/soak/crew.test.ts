import { describe, expect, it } from "vitest";
import { createCrew } from "./crew.ts";
import { Unexpected } from "./expected.ts";
import { createTally } from "./tally.ts";

const operation = (run: () => Promise<number>, timed = true) => ({
  name: "act",
  weight: 1,
  timed,
  run,
});

describe("createCrew()", () => {
  it("counts what went well, from when it was due", async () => {
    const tally = createTally();
    const crew = createCrew(tally);
    crew.begin(
      operation(async () => 3),
      performance.now() - 5000,
    );
    expect(await crew.finish(60_000)).toEqual([]);
    const { calls, errors, p50 } = tally.read();
    expect([calls, errors]).toEqual([3, 0]);
    expect(p50).toBeGreaterThan(4900);
  });

  it("does not time what is not to be timed", async () => {
    const tally = createTally();
    const crew = createCrew(tally);
    crew.begin(
      operation(async () => 1, false),
      performance.now(),
    );
    await crew.finish(60_000);
    expect(tally.read()).toMatchObject({ calls: 1, p50: Number.NaN });
  });

  it("tells what failed, and how", async () => {
    const tally = createTally();
    const crew = createCrew(tally);
    crew.begin(
      operation(() => Promise.reject(new Unexpected("b instead of a"))),
      0,
    );
    crew.begin(
      operation(() => Promise.reject(new Error("port 1234 closed"))),
      0,
    );
    await crew.finish(60_000);
    expect(tally.read().troubles).toEqual([
      { what: "act: b instead of a", count: 1 },
      { what: "act: unknown port # closed", count: 1 },
    ]);
  });

  it("names what does not end, and does not count it any more", async () => {
    const tally = createTally();
    const crew = createCrew(tally);
    const late = Promise.withResolvers<number>();
    crew.begin(
      operation(() => late.promise),
      0,
    );
    expect(await crew.finish(0)).toEqual(["act"]);
    late.resolve(1);
    expect(await crew.finish(60_000)).toEqual([]);
    expect(tally.read().calls).toBe(0);
  });
});
