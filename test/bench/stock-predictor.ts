// What connect-node and grpc-js serve: the breast-cancer model as a plain service would, with one
// run for each call. It checks nothing; that is part of what Presage does for its CPU time.
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { create, type JsonValue } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import {
  type PredictRequest,
  type PredictResponse,
  PredictResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { DataType, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { InferenceSession, Tensor } from "onnxruntime-node";

type Outputs = Readonly<Record<"label" | "probabilities", Tensor>>;

/** Answers one request by one run of the model. */
export type StockPredictor = (request: PredictRequest) => Promise<PredictResponse>;

/** Loads version 1 of the breast-cancer model, set as is best for one core. */
export async function loadStockPredictor(): Promise<StockPredictor> {
  const path = new URL("../../examples/models/breast-cancer/1/model.onnx", import.meta.url);
  const session = await InferenceSession.create(fileURLToPath(path), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return async (request) => {
    const values = request.rows.length > 0 ? readRows(request.rows) : readRaw(request);
    const features = values.length / Math.max(request.rows.length, 1);
    const shape = [values.length / features, features];
    const feeds = { X: new Tensor("float64", values, shape) };
    const outputs = (await session.run(feeds)) as unknown as Outputs;
    return create(PredictResponseSchema, {
      predictionId: randomUUID(),
      model: request.model,
      version: "1",
      requestId: request.requestId,
      route: { policy: "stable", reason: "the alias stable names version 1" },
      tags: { shape_X: textValue(`(${shape.join(", ")})`) },
      ...(request.rows.length > 0
        ? { rows: writeRows(outputs) }
        : { tensors: [writeTensor("label", outputs), writeTensor("probabilities", outputs)] }),
    });
  };
}

function textValue(text: string): Value {
  return create(ValueSchema, { kind: { case: "stringValue", value: text } });
}

function readRaw({ tensors: [tensor] }: PredictRequest): Float64Array {
  if (tensor?.data.case !== "raw") throw new Error("expected one raw tensor");
  const { buffer, byteOffset, byteLength } = tensor.data.value;
  // A view of a message begins anywhere; an array of doubles only at a multiple of eight.
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

function readRows(rows: readonly Value[]): Float64Array {
  return Float64Array.from(
    rows.flatMap(({ kind }) => {
      if (kind.case !== "listValue") throw new Error("expected rows as lists");
      return kind.value.values.map((value) => Number(value.kind.value));
    }),
  );
}

function writeRows({ label, probabilities }: Outputs): Value[] {
  const labels = label.data as BigInt64Array;
  const shares = probabilities.data as Float64Array;
  const classes = shares.length / labels.length;
  return Array.from(labels, (value, row) =>
    toValue({
      label: Number(value),
      probabilities: [...shares.subarray(row * classes, (row + 1) * classes)],
    }),
  );
}

function toValue(json: JsonValue): Value {
  if (typeof json === "number")
    return create(ValueSchema, { kind: { case: "numberValue", value: json } });
  if (Array.isArray(json)) {
    const values = json.map(toValue);
    return create(ValueSchema, { kind: { case: "listValue", value: { values } } });
  }
  const entries = Object.entries(json ?? {}).map(([name, value]) => [name, toValue(value)]);
  const fields = Object.fromEntries(entries) as Record<string, Value>;
  return create(ValueSchema, { kind: { case: "structValue", value: { fields } } });
}

function writeTensor(name: keyof Outputs, outputs: Outputs) {
  const { data, dims } = outputs[name];
  const { buffer, byteOffset, byteLength } = data as Float64Array<ArrayBuffer>;
  return create(TensorSchema, {
    name,
    dataType: name === "label" ? DataType.INT64 : DataType.FP64,
    shape: dims.map(BigInt),
    data: { case: "raw", value: new Uint8Array(buffer, byteOffset, byteLength) },
  });
}
