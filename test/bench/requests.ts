import { create, fromBinary, fromJsonString, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { HealthCheckRequestSchema } from "@presage/gen/grpc/health/v1/health_pb";
import {
  PredictRequestSchema,
  type PredictResponse,
  PredictResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { DataType } from "@presage/gen/presage/v1/tensor_pb";
import { recordedAnswers } from "../support/recorded.ts";
import type { Exchange, Protocol } from "./load/connection.ts";

const path = "/presage.v1.InferenceService/Predict";
const model = "breast-cancer";
const recorded = recordedAnswers(model);
const row = recorded.rows[0] ?? [];
const probabilities = recorded.answers["1"]?.["probabilities"]?.[0];

/** One row of the breast-cancer model: a raw tensor in gRPC, a list in JSON. */
export function predictExchange(protocol: Protocol, port: number): Exchange {
  return { protocol, port, path, body: protocol === "grpc" ? rawRequest() : jsonRequest() };
}

function rawRequest(): Uint8Array {
  return tensorRequest(model, {
    name: "X",
    dataType: DataType.FP64,
    shape: [1n, BigInt(row.length)],
    raw: new Uint8Array(Float64Array.from(row, Number).buffer),
  });
}

function jsonRequest(): Uint8Array {
  return Buffer.from(JSON.stringify({ model, rows: [row] }));
}

interface RawTensor {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: bigint[];
  readonly raw: Uint8Array<ArrayBuffer>;
}

function tensorRequest(name: string, { raw, ...tensor }: RawTensor): Uint8Array {
  const tensors = [{ ...tensor, data: { case: "raw", value: raw } as const }];
  return toBinary(PredictRequestSchema, create(PredictRequestSchema, { model: name, tensors }));
}

/** The same row by the model's own typed service: its features are the fields 1, 2 and on. */
export function typedExchange(port: number): Exchange {
  const writer = new BinaryWriter();
  for (const [index, value] of row.entries())
    writer.tag(index + 1, WireType.Bit64).double(Number(value));
  const service = "/presage.models.breast_cancer.v1.BreastCancerService";
  return { protocol: "grpc", port, path: `${service}/Predict`, body: writer.finish() };
}

/** The one FP32 input of a model, as `floatsExchange` asks it. */
export interface FloatsInput {
  readonly model: string;
  readonly input: string;
  readonly width: number;
  /** Rows of one request. @default 1 */
  readonly rows?: number;
}

/** Rows of a model with one FP32 input of this name and width, over gRPC. */
export function floatsExchange(
  port: number,
  { model: name, input, width, rows = 1 }: FloatsInput,
): Exchange {
  const values = Float32Array.from({ length: rows * width }, (_, index) => Math.sin(index));
  const shape = [BigInt(rows), BigInt(width)];
  const raw = new Uint8Array(values.buffer);
  const body = tensorRequest(name, { name: input, dataType: DataType.FP32, shape, raw });
  return { protocol: "grpc", port, path, body };
}

/** Whether the server is well, over gRPC. */
export function healthExchange(port: number): Exchange {
  const body = toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema));
  return { protocol: "grpc", port, path: "/grpc.health.v1.Health/Check", body };
}

/** JSON numbers are as long as they are exact: runs of other batch sizes end in other digits. */
const jsonTolerance = 64;

/** The exchange with the length that its answers must have from now on. */
export function expectLength(exchange: Exchange, answerBytes: number): Exchange {
  return { ...exchange, answerBytes, tolerance: exchange.protocol === "json" ? jsonTolerance : 0 };
}

/** Throws unless the answer to `predictExchange` has the probabilities that the model gives. */
export function checkPrediction(protocol: Protocol, message: Uint8Array): void {
  const response =
    protocol === "grpc"
      ? fromBinary(PredictResponseSchema, message)
      : fromJsonString(PredictResponseSchema, Buffer.from(message).toString());
  const given = protocol === "grpc" ? readTensor(response) : readRow(response);
  const right = (probabilities as readonly number[]).every(
    (value, index) => Math.abs(value - (given[index] ?? Number.NaN)) < 1e-6,
  );
  if (!right) throw new Error(`answered ${given.join(", ")} instead of ${String(probabilities)}`);
}

function readTensor({ tensors }: PredictResponse): readonly number[] {
  const data = tensors.find(({ name }) => name === "probabilities")?.data;
  if (data?.case !== "raw") return [];
  const { buffer, byteOffset, byteLength } = data.value;
  return [...new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))];
}

function readRow({ rows: [first] }: PredictResponse): readonly number[] {
  const fields = first?.kind.case === "structValue" ? first.kind.value.fields : {};
  const list = fields["probabilities"]?.kind;
  return list?.case === "listValue" ? list.value.values.map(({ kind }) => Number(kind.value)) : [];
}
