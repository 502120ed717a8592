// oxlint-disable-next-line import/no-unassigned-import -- it must come before the library
import "./no-telemetry.ts";
import { extname } from "node:path";
import { env, InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { ServingError } from "../../core/errors.ts";
import type { TensorSpec } from "../../core/signature.ts";
import { holdTensorAlone } from "../../core/sole-memory.ts";
import type { DataType, Tensor, TensorData } from "../../core/tensor.ts";
import type { LoadOptions, RunnableModel, Runtime } from "../runtime.ts";

const typeNames: Readonly<Record<string, DataType>> = {
  bool: "BOOL",
  uint8: "UINT8",
  uint16: "UINT16",
  uint32: "UINT32",
  uint64: "UINT64",
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  float16: "FP16",
  float32: "FP32",
  float64: "FP64",
  string: "STRING",
};

const onnxTypes: Readonly<Partial<Record<DataType, OnnxTensor.Type>>> = Object.fromEntries(
  Object.entries(typeNames).map(([onnx, type]) => [type, onnx]),
);

// Where the language has Float16Array, the library hands it to its native half, which cannot read
// it: not seeing it when the library looks, once, makes it take bit patterns instead.
withoutFloat16Array(() => new OnnxTensor("float32", [0], [1]));

// What fails is told where it is asked for; the library's own lines would come beside it.
env.logLevel = "fatal";

// Spinning threads would take the processor from the event loop between runs.
const sessionOptions: InferenceSession.SessionOptions = {
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
};

/** Makes the runtime that runs ONNX files with ONNX Runtime. */
export function createOnnxRuntime(): Runtime {
  return {
    name: "onnx",
    file: "model.onnx",
    worker: new URL(`./onnx-worker${extname(import.meta.url)}`, import.meta.url),
    async load(path, options = {}) {
      const session = await createSession(path, options);
      try {
        return createModel(session);
      } catch (error) {
        await session.release();
        throw error;
      }
    },
  };
}

function withoutFloat16Array(action: () => unknown): void {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "Float16Array");
  Reflect.deleteProperty(globalThis, "Float16Array");
  try {
    action();
  } finally {
    if (kept !== undefined) Object.defineProperty(globalThis, "Float16Array", kept);
  }
}

function createModel(session: InferenceSession): RunnableModel {
  const outputs = session.outputMetadata.map((metadata) => readSpec(metadata, "output"));
  return {
    inputs: session.inputMetadata.map((metadata) => readSpec(metadata, "input")),
    outputs,
    async run(feeds, wanted) {
      const inputs: Record<string, OnnxTensor> = {};
      for (const feed of feeds) inputs[feed.name] = toOnnx(feed);
      const results = await runSession(session, inputs, wanted);
      return wanted.map((name) => fromOnnx(name, results[name]));
    },
    release: () => session.release(),
  };
}

function readSpec(metadata: InferenceSession.ValueMetadata, role: string): TensorSpec {
  if (!metadata.isTensor) {
    throw new Error(
      `the ${role} ${metadata.name} is a sequence or a map, not a tensor; export the model without it (with scikit-learn: zipmap off)`,
    );
  }
  const dataType = typeNames[metadata.type];
  if (dataType === undefined) {
    throw new Error(
      `the ${role} ${metadata.name} has the type ${metadata.type}, which is not served`,
    );
  }
  return { name: metadata.name, dataType, shape: metadata.shape };
}

async function createSession(
  path: string,
  { provider = "cpu", intraOpThreads }: LoadOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path, {
      ...sessionOptions,
      executionProviders: [provider],
      ...(intraOpThreads === undefined ? {} : { intraOpNumThreads: intraOpThreads }),
    });
  } catch (error) {
    const on = provider === "cpu" ? "" : ` for the provider ${provider}`;
    throw new Error(`ONNX Runtime cannot load it${on}: ${explain(error)}`, { cause: error });
  }
}

/** The library's own words on one line, without the paths and signatures of its sources and files. */
function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line = text] = text.trim().split("\n", 1);
  return line
    .replace(/^Load model from .* failed:/, "")
    .replace(/^\S*onnxruntime_src\S+ .*?\) (?=[A-Z])/, "")
    .replace(
      /^Unsupported data type: (\d+)$/,
      "an input or output has the ONNX data type $1, which is not served",
    );
}

async function runSession(
  session: InferenceSession,
  inputs: Record<string, OnnxTensor>,
  outputs: readonly string[],
): Promise<InferenceSession.ReturnType> {
  try {
    return await withoutDelay(() => session.run(inputs, outputs));
  } catch (error) {
    throw new ServingError("MODEL_RUN_FAILED", `the model refused the input: ${explain(error)}`, {
      cause: error,
    });
  }
}

/**
 * Runs a session at once. The library puts each run off by a turn of the event
 * loop, which here would be a second one: the executor has given the run its own.
 * What the loop reads in that turn would count as time that the run takes.
 */
function withoutDelay<Result>(action: () => Result): Result {
  const kept = globalThis.setImmediate;
  const atOnce = (run: () => void): void => run();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library uses nothing else of it
  globalThis.setImmediate = atOnce as unknown as typeof setImmediate;
  try {
    return action();
  } finally {
    globalThis.setImmediate = kept;
  }
}

function toOnnx({ name, dataType, data, shape }: Tensor): OnnxTensor {
  const type = onnxTypes[dataType];
  if (type === undefined) throw new Error(`ONNX Runtime takes no ${dataType}`);
  if (Array.isArray(data) && data.some((text: string) => text.includes("\0"))) {
    // The library ends text there, without a word.
    throw new ServingError(
      "MODEL_RUN_FAILED",
      `the model refused the input: text of ${name} has the character U+0000, which ONNX Runtime cannot take`,
    );
  }
  // The library's own overloads ask for each type's array by name; the specification has matched them.
  const construct = OnnxTensor as new (
    type: OnnxTensor.Type,
    data: TensorData,
    dims: readonly number[],
  ) => OnnxTensor;
  return new construct(type, dataType === "FP16" ? patternsOf(data) : data, shape);
}

function fromOnnx(name: string, tensor: OnnxTensor | undefined): Tensor {
  const dataType = tensor === undefined ? undefined : typeNames[tensor.type];
  if (tensor === undefined || dataType === undefined) {
    throw new ServingError(
      "MODEL_ANSWER_INVALID",
      `the model gave no tensor for the output ${name}`,
    );
  }
  const data = tensor.data as TensorData;
  const output = {
    name,
    dataType,
    shape: tensor.dims,
    data: dataType === "FP16" ? numbersOf(data) : data,
  };
  // The library makes a buffer for each.
  holdTensorAlone(output);
  return output;
}

function patternsOf(data: TensorData): TensorData {
  if (!(data instanceof Float16Array)) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.length);
}

function numbersOf(data: TensorData): TensorData {
  if (!(data instanceof Uint16Array)) return data;
  return new Float16Array(data.buffer, data.byteOffset, data.length);
}
