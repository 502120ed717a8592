import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anyTensor } from "../../../test/support/any-tensor.ts";
import type { ServingError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import type { RunnableModel } from "./runtime.ts";
import type { WorkerKind } from "./worker-host.ts";
import { createWorkerPool, type WorkerPoolOptions } from "./worker-pool.ts";

const entry = new URL("../../../test/support/faulty-worker.ts", import.meta.url);
const faults: string[] = [];
const pools: RunnableModel[] = [];
const held: Socket[] = [];
/** Runs with the command `hold` connect to it. */
let gate: Server;
let hold: string;

beforeEach(async () => {
  gate = createServer((socket) => void held.push(socket)).listen(0, "127.0.0.1");
  await once(gate, "listening");
  hold = `hold:${(gate.address() as AddressInfo).port}`;
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(pools.splice(0).map((pool) => pool.release()));
  gate.close();
  faults.length = 0;
});

/** Resolves when so many more runs are held. */
async function heldRuns(count: number): Promise<void> {
  for (let runs = 0; runs < count; runs += 1) await once(gate, "connection");
}

function letGoOn(): void {
  for (const socket of held.splice(0)) socket.destroy();
}

async function start(size: number, options?: Partial<WorkerPoolOptions>): Promise<RunnableModel> {
  const pool = await createWorkerPool({
    entry,
    path: "any",
    size,
    heapMiB: 64,
    reportFault: (fault) => faults.push((fault as Error).message),
    ...options,
  });
  pools.push(pool);
  return pool;
}

const textOf = (text: string): Tensor => ({
  name: "do",
  dataType: "STRING",
  shape: [1],
  data: [text],
});

/** What came of a run: the text that came back, or the reason of the failure. */
async function run(pool: RunnableModel, command: string): Promise<unknown> {
  try {
    return (await pool.run([textOf(command)], ["done"]))[0]?.data[0];
  } catch (error) {
    return (error as ServingError).reason ?? error;
  }
}

const kinds: WorkerKind[] = ["thread", "process"];

describe.each(kinds)("createWorkerPool() with a %s for each worker", (kind) => {
  it("gives what the model takes and answers", async () => {
    const { inputs, outputs } = await start(1, { kind });
    expect([inputs, outputs]).toEqual([
      [{ name: "do", dataType: "STRING", shape: [1] }],
      [{ name: "done", dataType: "STRING", shape: [1] }],
    ]);
  });

  it("carries tensors of every type there and back, and leaves the caller's as they are", async () => {
    const pool = await start(1, { kind });
    await fc.assert(
      fc.asyncProperty(fc.array(anyTensor(), { minLength: 1, maxLength: 3 }), async (tensors) => {
        const before = structuredClone(tensors);
        expect(await pool.run(tensors, [])).toEqual(before);
        expect(tensors).toEqual(before);
      }),
    );
  });

  const unloadable: [string, string][] = [
    ["unloadable", "it is broken"],
    ["dies", "its worker ended while it loaded: it ended with code 4"],
  ];
  it.each(unloadable)("rejects for a file that is or does this: %s", async (path, message) => {
    await expect(start(2, { kind, path })).rejects.toThrow(new Error(message));
    expect(faults).toEqual([]);
  });

  it("rejects where there is no such entry", async () => {
    await expect(start(1, { kind, entry: new URL("file:///nowhere.ts") })).rejects.toThrow(
      /^its worker ended while it loaded: /,
    );
  });

  it("passes on what a run rejects with", async () => {
    const pool = await start(1, { kind });
    await expect(pool.run([textOf("refuse")], [])).rejects.toMatchObject({
      reason: "MODEL_RUN_FAILED",
      message: "the model refused the input",
    });
    await expect(pool.run([textOf("fail")], [])).rejects.toMatchObject({
      message: "a fault",
      stack: expect.stringContaining("faulty-worker"),
    });
    expect(await run(pool, "next")).toBe("next");
  });

  it("runs as many at once as it has workers, and the rest in order", async () => {
    const pool = await start(2, { kind });
    const ended: unknown[] = [];
    const both = heldRuns(2);
    const runs = [hold, hold, "a", "b"].map((command) =>
      run(pool, command).then((outcome) => ended.push(outcome)),
    );
    await both;
    expect(ended).toEqual([]);
    held.shift()?.destroy();
    // All others go through one worker.
    await Promise.all(runs.slice(2));
    expect(ended).toEqual([hold, "a", "b"]);
    letGoOn();
    await Promise.all(runs);
  });
});

const crashes: [WorkerKind, string, RegExp][] = [
  ["thread", "throw", /^thrown by no run$/],
  ["thread", "exit", /^it ended with code 3$/],
  ["thread", "fill the heap", /^Worker terminated due to reaching memory limit/],
  ["process", "throw", /^it ended with code 1$/],
  ["process", "exit", /^it ended with code 3$/],
  ["process", "fill the heap", /^it ended with SIG/],
  ["process", "abort", /^it ended with SIG/],
];

describe("a worker that fails", () => {
  it.each(crashes)("costs its own run only: %s, %s", async (kind, command, cause) => {
    const pool = await start(2, { kind });
    const one = heldRuns(1);
    const other = run(pool, hold);
    await one;
    await expect(pool.run([textOf(command)], [])).rejects.toMatchObject({
      reason: "ENGINE_FAILED",
      message: "the engine failed during the run",
      retryAfterMs: 100,
      cause: { message: expect.stringMatching(cause) },
    });
    expect(faults).toEqual([expect.stringMatching(/^a worker failed and is replaced \(any\): /)]);
    // The only free worker is the new one.
    expect(await run(pool, "next")).toBe("next");
    letGoOn();
    expect(await other).toBe(hold);
  });

  it("is replaced at once, and when it fails again after a delay that doubles up to 2 s", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const pool = await start(1);
    const failure = (): Promise<ServingError> =>
      pool.run([textOf("exit")], []).then(
        () => {
          throw new Error("the run was answered");
        },
        (error: unknown) => error as ServingError,
      );
    const delays: (number | undefined)[] = [];
    await failure();
    for (let turn = 0; turn < 7; turn += 1) {
      await failure();
      // Nobody is there to run this one.
      const { retryAfterMs = 0 } = await failure();
      delays.push(retryAfterMs);
      vi.advanceTimersByTime(retryAfterMs);
    }
    expect(delays).toEqual([100, 200, 400, 800, 1600, 2000, 2000]);
    expect(await run(pool, "back")).toBe("back");
    // An answer ends the row of failures.
    await failure();
    expect(await run(pool, "at once")).toBe("at once");
  });
});

describe.each(kinds)("release() with a %s for each worker", (kind) => {
  it("answers the runs in progress, and refuses all others", async () => {
    const pool = await start(1, { kind });
    const one = heldRuns(1);
    const outcomes = [run(pool, hold), run(pool, "waits")];
    await one;
    const released = pool.release();
    outcomes.push(run(pool, "too late"));
    letGoOn();
    await released;
    expect(await Promise.all(outcomes)).toEqual([hold, "VERSION_NOT_READY", "VERSION_NOT_READY"]);
    expect(faults).toEqual([]);
  });

  it("ends a pool whose workers fail", async () => {
    const pool = await start(1, { kind });
    for (const command of ["exit", "exit"]) expect(await run(pool, command)).toBe("ENGINE_FAILED");
    await pool.release();
    expect(await run(pool, "next")).toBe("VERSION_NOT_READY");
  });
});
