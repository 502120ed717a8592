import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createModelDirectory, repositoryPath } from "../../../test/support/model-directory.ts";
import { manifestOf } from "../../../test/support/signatures.ts";
import { systemClock } from "../core/clock.ts";
import type { Place } from "../engine/engine.ts";
import { createInlineExecutor } from "../engine/inline-executor.ts";
import type { Runtime } from "../engine/runtime.ts";
import { createOnnxRuntime } from "../engine/runtimes/onnx.ts";
import { createLoader, type LoadResult } from "./loader.ts";

const onnx = createOnnxRuntime();

function load(directory: string, manifest?: string, runtime: Runtime = onnx): Promise<LoadResult> {
  const loader = createLoader({ runtime, executor: createInlineExecutor(), clock: systemClock });
  const found = {
    model: "tested",
    version: BigInt(directory.split("/").at(-1) ?? ""),
    directory: repositoryPath(directory),
  };
  return loader.load(found, manifest === undefined ? undefined : manifestOf(manifest));
}

async function problemsOf(result: Promise<LoadResult>): Promise<readonly string[]> {
  const loaded = await result;
  return loaded.kind === "failed" ? loaded.problems : [];
}

/** The ONNX runtime, counting what was loaded and not freed. */
function countingRuntime(): { readonly runtime: Runtime; readonly held: () => number } {
  let held = 0;
  const runtime: Runtime = {
    ...onnx,
    async load(path) {
      const model = await onnx.load(path);
      held += 1;
      return {
        ...model,
        release: async () => {
          held -= 1;
          await model.release();
        },
      };
    },
  };
  return { runtime, held: () => held };
}

describe("load()", () => {
  const examples = [
    "breast-cancer/1",
    "breast-cancer/2",
    "oncology/1",
    "boston-housing/1",
    "iris/1",
    "passengers/1",
  ];
  it.each(examples)("loads the example %s, whose golden examples hold", async (path) => {
    const manifest = readFileSync(repositoryPath(`examples/models/${path}/../model.yaml`), "utf8");
    const result = await load(`examples/models/${path}`, manifest);
    expect(result.kind === "failed" ? result.problems : "loaded").toBe("loaded");
  });

  const types =
    "bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 float double string";
  const edges = types.split(" ").map((type) => `echo-${type}`);
  it.each([...edges, "scalar", "fixed", "matrix", "nan-answer", "two-inputs"])(
    "loads %s without a manifest",
    async (name) => {
      const result = await load(`test/data/edge/${name}/1`);
      expect(result.kind).toBe("loaded");
    },
  );

  const broken: [string, string, string][] = [
    [
      "a type that is not served",
      "edge/echo-bfloat16",
      "model.onnx: ONNX Runtime cannot load it: an input or output has the ONNX data type 16, which is not served",
    ],
    [
      "bytes that are no model",
      "edge-broken/garbage",
      "model.onnx: ONNX Runtime cannot load it: Protobuf parsing failed.",
    ],
    [
      "half a model",
      "edge-broken/truncated",
      "model.onnx: ONNX Runtime cannot load it: Protobuf parsing failed.",
    ],
    ["an empty file", "edge-broken/empty", "model.onnx: ONNX Runtime cannot load it:"],
  ];
  it.each(broken)("tells of %s", async (_, path, problem) => {
    const [told = "", ...more] = await problemsOf(load(`test/data/${path}/1`));
    expect([told.slice(0, problem.length), more]).toEqual([problem, []]);
  });

  it("tells of a directory without a model", async () => {
    using models = createModelDirectory();
    models.make("1");
    const loader = createLoader({
      runtime: onnx,
      executor: createInlineExecutor(),
      clock: systemClock,
    });
    expect(
      await loader.load({ model: "tested", version: 1n, directory: `${models.root}/1` }, undefined),
    ).toEqual({
      kind: "failed",
      problems: ["the version's directory has no model.onnx"],
      signature: undefined,
    });
  });

  it("tells everything in which manifest and model disagree, and frees the model", async () => {
    const { runtime, held } = countingRuntime();
    const manifest = "features: [{ name: a, dataType: FP64, input: q }]\nclassOutput: y";
    const problems = await problemsOf(load("test/data/edge/matrix/1", manifest, runtime));
    expect(problems).toEqual([
      "model.yaml: features[0].input: the model has no input q, but x",
      "model.yaml: features: none is carried by the input x",
      "model.yaml: classOutput: only used with classes",
    ]);
    expect(held()).toBe(0);
  });

  it("tells of a fill that no number can be without failing itself", async () => {
    const manifest = "features: [{ name: a, missing: fill, fill: .inf }, { name: b }]";
    expect(await problemsOf(load("test/data/edge/echo-double/1", manifest))).toEqual([
      "model.yaml: features[0].fill: expected a finite number, got Infinity",
    ]);
  });

  const golden: [string, string, string[]][] = [
    [
      "answers that differ, by example and output",
      "[{ name: doubles, rows: [[1, 2]], expectRows: [{ y: [1, 3] }] }]",
      ['golden example "doubles": rows[0].y[1]: expected 3, got 2'],
    ],
    [
      "every example, the nameless by number",
      "[{ rows: [[1]], expectRows: [{ y: [0] }] }, { rows: [[1]], expectRows: [{ z: 0 }] }]",
      [
        "golden example 0: rows[0].y[0]: expected 0, got 1",
        "golden example 1: rows[0].z: expected 0, got nothing",
      ],
    ],
    [
      "input that is refused",
      "[{ rows: [[a]], expectRows: [{}] }]",
      ['golden example 0: rows[0].x[0]: expected a number, got "a"'],
    ],
    [
      "nothing of other versions",
      "[{ rows: [[1]], expectRows: [{ y: [0] }], versions: [2, 3] }]",
      [],
    ],
    ["nothing of what holds", "[{ rows: [[0.1]], expectRows: [{ y: [0.1] }], versions: [1] }]", []],
  ];
  it.each(golden)("checks golden examples: %s", async (_, examplesText, problems) => {
    const { runtime, held } = countingRuntime();
    const result = await load("test/data/edge/echo-float/1", `golden: ${examplesText}`, runtime);
    expect(result.kind === "failed" ? result.problems : []).toEqual(problems);
    expect(held()).toBe(problems.length === 0 ? 1 : 0);
  });

  it("gives the signature of a version whose golden examples fail", async () => {
    const result = await load(
      "test/data/edge/echo-float/1",
      "golden: [{ rows: [[1]], expectRows: [{ y: [0] }] }]",
    );
    expect(result).toMatchObject({ kind: "failed", signature: { features: [{ name: "x" }] } });
  });

  const places: [string, string, string | undefined, Place][] = [
    ["quick runs", "scalar", undefined, "inline"],
    ["slow runs", "slow", undefined, "pool"],
    ["quick runs that are to be in a pool", "scalar", "engine: { executor: pool }", "pool"],
    ["quick runs in a process", "scalar", "engine: { executor: process }", "process"],
    ["slow runs that are to be inline", "slow", "engine: { executor: inline }", "inline"],
  ];
  it.each(places)("finds the place of %s", async (_, name, manifest, place) => {
    const { runtime, held } = countingRuntime();
    const result = await load(`test/data/edge/${name}/1`, manifest, runtime);
    if (result.kind === "failed") throw new Error(result.problems.join());
    expect(result.loaded.place).toBe(place);
    // What is in workers is not held here.
    expect(held()).toBe(place === "inline" ? 1 : 0);
    await result.loaded.model.release();
    expect(held()).toBe(0);
  });

  it("leaves slow runs inline where the runtime has no worker", async () => {
    const { name, file } = onnx;
    const workerless: Runtime = { name, file, load: (path, options) => onnx.load(path, options) };
    const result = await load("test/data/edge/slow/1", undefined, workerless);
    expect(result).toMatchObject({ kind: "loaded", loaded: { place: "inline" } });
    const manifest = "engine: { executor: pool }";
    expect(await problemsOf(load("test/data/edge/slow/1", manifest, workerless))).toEqual([
      "model.onnx: the runtime onnx has no worker, so it runs inline only",
    ]);
  });

  it("loads with the threads and workers that the manifest gives", async () => {
    const manifest = "engine: { provider: cpu, intraOpThreads: 1, executor: pool, workers: 2 }";
    const result = await load("test/data/edge/scalar/1", manifest);
    if (result.kind === "failed") throw new Error(result.problems.join());
    expect(result.loaded.place).toBe("pool");
    await result.loaded.model.release();
  });

  it.each(["inline", "pool", "process"])(
    "tells of a provider that is not there: %s",
    async (executor) => {
      // CUDA's libraries are no part of the package.
      const manifest = `engine: { executor: ${executor}, provider: cuda }`;
      const [problem, ...more] = await problemsOf(load("test/data/edge/scalar/1", manifest));
      expect([problem, more]).toEqual([
        expect.stringMatching(/^model.onnx: ONNX Runtime cannot load it for the provider cuda: \S/),
        [],
      ]);
    },
  );

  it("answers of a runtime that rejects", async () => {
    const runtime: Runtime = {
      name: "refusing",
      file: "model.onnx",
      load: () => Promise.reject(new Error("no\nbut: stack")),
    };
    expect(await load("test/data/edge/scalar/1", undefined, runtime)).toEqual({
      kind: "failed",
      problems: ["model.onnx: no"],
      signature: undefined,
    });
  });
});
