import { describe, expect, it } from "vitest";
import { createReadiness, type ServerPhase, untilDraining } from "./readiness.ts";

describe("createReadiness()", () => {
  it("begins by starting, and becomes what it is told", () => {
    const readiness = createReadiness();
    expect(readiness.phase).toBe("starting");
    readiness.become("ready");
    expect(readiness.phase).toBe("ready");
  });

  it("tells every subscriber of each change until it leaves", () => {
    const readiness = createReadiness();
    const heard: [string, ServerPhase][] = [];
    const leave = readiness.subscribe((phase) => heard.push(["first", phase]));
    readiness.subscribe((phase) => heard.push(["second", phase]));
    readiness.become("ready");
    leave();
    readiness.become("draining");
    expect(heard).toEqual([
      ["first", "ready"],
      ["second", "ready"],
      ["second", "draining"],
    ]);
  });

  it("lets a subscriber leave while it is told", () => {
    const readiness = createReadiness();
    const heard: ServerPhase[] = [];
    const leave = readiness.subscribe((phase) => {
      heard.push(phase);
      leave();
    });
    readiness.become("ready");
    readiness.become("draining");
    expect(heard).toEqual(["ready"]);
  });
});

/** A source that yields what it is given, then waits until it is left. */
function waitingSource(items: readonly number[]): {
  readonly source: AsyncIterable<number>;
  readonly left: Promise<void>;
} {
  const left = Promise.withResolvers<void>();
  const rest = [...items];
  const iterator: AsyncIterator<number> = {
    next: () => {
      const value = rest.shift();
      return value === undefined
        ? new Promise(() => undefined)
        : Promise.resolve({ done: false, value });
    },
    return: () => {
      left.resolve();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { source: { [Symbol.asyncIterator]: () => iterator }, left: left.promise };
}

async function* of(...items: number[]): AsyncGenerator<number> {
  yield* items;
}

describe("untilDraining()", () => {
  it("gives everything of a source that ends", async () => {
    const readiness = createReadiness();
    expect(await Array.fromAsync(untilDraining(of(1, 2, 3), readiness))).toEqual([1, 2, 3]);
  });

  it("ends a source that waits once the server begins to stop, and leaves it", async () => {
    const readiness = createReadiness();
    const { source, left } = waitingSource([1]);
    const stream = untilDraining(source, readiness);
    expect(await stream.next()).toEqual({ done: false, value: 1 });
    const next = stream.next();
    readiness.become("ready");
    readiness.become("draining");
    expect(await next).toEqual({ done: true, value: undefined });
    await left;
  });

  it("ends at once if the server is stopping already", async () => {
    const readiness = createReadiness();
    readiness.become("draining");
    const { source, left } = waitingSource([]);
    expect(await Array.fromAsync(untilDraining(source, readiness))).toEqual([]);
    await left;
  });

  it("passes on what the source fails with", async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error("reset");
    }
    const stream = untilDraining(failing(), createReadiness());
    await stream.next();
    await expect(stream.next()).rejects.toThrow("reset");
  });
});
