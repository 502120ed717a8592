import { describe } from "vitest";
import type { Runtime } from "../../server/src/engine/runtime.ts";
import { createOnnxRuntime } from "../../server/src/engine/runtimes/onnx.ts";
import { createWorkerPool } from "../../server/src/engine/worker-pool.ts";
import { repositoryPath } from "../support/model-directory.ts";
import { type RuntimeModels, testRuntime } from "./runtime.contract.ts";

const edge = (name: string): string => repositoryPath(`test/data/edge/${name}/1/model.onnx`);
const broken = (name: string): string =>
  repositoryPath(`test/data/edge-broken/${name}/1/model.onnx`);

const models: RuntimeModels = {
  // ONNX Runtime's binding for Node takes no BF16.
  echo: {
    BOOL: edge("echo-bool"),
    UINT8: edge("echo-uint8"),
    UINT16: edge("echo-uint16"),
    UINT32: edge("echo-uint32"),
    UINT64: edge("echo-uint64"),
    INT8: edge("echo-int8"),
    INT16: edge("echo-int16"),
    INT32: edge("echo-int32"),
    INT64: edge("echo-int64"),
    FP16: edge("echo-float16"),
    FP32: edge("echo-float"),
    FP64: edge("echo-double"),
    STRING: edge("echo-string"),
  },
  echoText: edge("echo-string"),
  scalar: edge("scalar"),
  fixed: edge("fixed"),
  twoInputs: edge("two-inputs"),
  broken: [edge("echo-bfloat16"), broken("garbage"), broken("truncated"), broken("empty")],
};

describe("ONNX Runtime", () => {
  testRuntime(createOnnxRuntime, models);
});

describe.each(["thread", "process"] as const)("ONNX Runtime with a %s for each worker", (kind) => {
  const pooled = (): Runtime => {
    const runtime = createOnnxRuntime();
    const { worker: entry } = runtime;
    if (entry === undefined) throw new Error("the runtime has no worker");
    return { ...runtime, load: (path) => createWorkerPool({ kind, entry, path, size: 2 }) };
  };
  testRuntime(pooled, models);
});
