import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type Row } from "@presage/sdk/node";
import { describe, expect, it } from "vitest";
import { valueFromProto } from "../../server/src/codecs/value.ts";
import { systemClock } from "../../server/src/core/clock.ts";
import type { ServingError } from "../../server/src/core/errors.ts";
import { promiseReply } from "../../server/src/core/reply.ts";
import type { Tensor } from "../../server/src/core/tensor.ts";
import { createInlineExecutor } from "../../server/src/engine/inline-executor.ts";
import type { RunnableModel } from "../../server/src/engine/runtime.ts";
import { createOnnxRuntime } from "../../server/src/engine/runtimes/onnx.ts";
import { createWorkerPool } from "../../server/src/engine/worker-pool.ts";
import type { LoadedVersion } from "../../server/src/repository/loaded-version.ts";
import { createLoader } from "../../server/src/repository/loader.ts";
import { startBuiltServer } from "../support/build-server.ts";
import {
  createModelDirectory,
  type ModelDirectory,
  repositoryPath,
} from "../support/model-directory.ts";
import { presage } from "../support/run-command.ts";
import { manifestOf } from "../support/signatures.ts";

const exampleNames = ["boston-housing", "breast-cancer", "iris", "oncology", "passengers"];
/** The example models, all of which run in workers of one kind. */
function pooledExamples(executor: string): ModelDirectory {
  const models = createModelDirectory();
  for (const name of exampleNames) {
    models.copy(`examples/models/${name}`, name);
    appendFileSync(
      join(models.root, name, "model.yaml"),
      `\nengine: { executor: ${executor}, workers: 2 }\n`,
    );
  }
  return models;
}

function goldenRows(name: string): readonly Row[] {
  const text = readFileSync(repositoryPath(`examples/models/${name}/model.yaml`), "utf8");
  return manifestOf(text).golden.flatMap(({ rows }) =>
    rows.map((row) => valueFromProto(row) as Row),
  );
}

const executors = ["pool", "process"];

describe.each(executors)("models with the executor %s", (executor) => {
  it("give the answers that they give inline", async () => {
    using models = pooledExamples(executor);
    const [inline, pool] = [
      await startBuiltServer(),
      await startBuiltServer({ models: models.root }),
    ];
    const clients = [inline, pool].map(({ url }) => createClient({ baseUrl: url }));
    for (const name of exampleNames) {
      const rows = goldenRows(name);
      expect(rows).not.toEqual([]);
      const [expected, actual] = await Promise.all(
        clients.map((client) => client.predict(name, rows)),
      );
      expect([name, actual?.rows]).toEqual([name, expected?.rows]);
    }
    await Promise.all([inline.close(), pool.close()]);
  });

  it("leave nothing behind that keeps a process alive", async () => {
    using models = pooledExamples(executor);
    const { code, out } = await presage(["check", models.root]);
    expect([code, out.match(/ready/gi)?.length]).toEqual([0, 6]);
  });
});

describe("slow models", () => {
  it("leave the event loop to the others", async () => {
    const server = await startBuiltServer({ models: repositoryPath("test/data/edge") });
    const client = createClient({ baseUrl: server.url });
    const answered: string[] = [];
    const predict = async (model: string): Promise<void> => {
      await client.predict(model, { x: 1 });
      answered.push(model);
    };
    // Chosen by measurement: there is no manifest.
    const slow = predict("slow");
    await predict("scalar");
    await predict("scalar");
    await slow;
    expect(answered).toEqual(["scalar", "scalar", "slow"]);
    await server.close();
  });

  it("answer the run that is in progress when the server closes", async () => {
    const server = await startBuiltServer({ models: repositoryPath("test/data/edge") });
    const client = createClient({ baseUrl: server.url });
    const slow = client.predict("slow", { x: 3 });
    // On the same connection, so that the server has both.
    await client.predict("scalar", { x: 1 });
    const closed = server.close();
    expect(Object.values((await slow).row)).toEqual([3]);
    expect(await closed).toEqual({ cut: 0 });
  });
});

const feed = (value: number): Tensor => ({
  name: "x",
  dataType: "FP32",
  shape: [1, 1],
  data: Float32Array.of(value),
});

async function loadMortal(executor: string, faults: unknown[]): Promise<LoadedVersion> {
  const loader = createLoader({
    runtime: {
      ...createOnnxRuntime(),
      worker: new URL("../support/mortal-worker.ts", import.meta.url),
    },
    executor: createInlineExecutor(),
    clock: systemClock,
    reportFault: (fault) => faults.push(fault),
  });
  const directory = repositoryPath("test/data/edge/echo-float/1");
  const manifest = manifestOf(`engine: { executor: ${executor} }\nbatching: { maxBatchSize: 1 }`);
  const result = await loader.load({ model: "tested", version: 1n, directory }, manifest);
  if (result.kind === "failed") throw new Error(result.problems.join());
  return result.loaded;
}

async function call({ batcher }: LoadedVersion, value: number): Promise<unknown> {
  try {
    const asked = {
      feeds: { tensors: [feed(value)], rowCount: 1 },
      outputs: ["y"],
      signal: new AbortController().signal,
      deadline: Infinity,
    };
    const [output] = await promiseReply<readonly Tensor[]>((reply) => batcher.run(asked, reply));
    return output?.data[0];
  } catch (error) {
    return (error as ServingError).reason;
  }
}

describe.each(executors)("a version whose worker fails, with the executor %s", (executor) => {
  it("fails the calls of that run, and answers all others before and after", async () => {
    const faults: unknown[] = [];
    const [mortal, other] = [
      await loadMortal(executor, faults),
      await loadMortal(executor, faults),
    ];
    const values = [1, 2, 13, 3, 4];
    const outcomes = await Promise.all([
      ...values.map((value) => call(mortal, value)),
      ...values.slice(0, 2).map((value) => call(other, value)),
    ]);
    expect(outcomes).toEqual([1, 2, "ENGINE_FAILED", 3, 4, 1, 2]);
    expect(faults).toHaveLength(1);
    await Promise.all([mortal.model.release(), other.model.release()]);
    expect(faults).toHaveLength(1);
  });
});

describe.each(["thread", "process"] as const)("ONNX Runtime in two workers, each a %s", (kind) => {
  const { worker: entry } = createOnnxRuntime();
  const start = (): Promise<RunnableModel> =>
    createWorkerPool({
      kind,
      entry: entry ?? new URL("nowhere:"),
      path: repositoryPath("test/data/edge/echo-float/1/model.onnx"),
      size: 2,
    });

  it("begins and ends 20 times, at rest and at work", async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const model = await start();
      const runs = [0, 1, 2, 3].map((value) => model.run([feed(value)], ["y"]));
      if (turn % 2 === 0) await Promise.all(runs);
      const outcomes = Promise.allSettled(runs.slice(0, 2));
      await Promise.all([model.release(), Promise.allSettled(runs)]);
      expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    }
  });
});
