import { create } from "@bufbuild/protobuf";
import { type Tensor as TensorMessage, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { bfloat16ToNumber } from "../core/bfloat16.ts";
import type { GivenTensor, TensorContent } from "../core/prediction.ts";
import type { Tensor, TensorData } from "../core/tensor.ts";
import { dataTypeFromProto, dataTypeToProto } from "./data-type.ts";

/** Reads a tensor message as it was given, without checking it. */
export function tensorFromProto(message: TensorMessage): GivenTensor {
  return {
    name: message.name,
    dataType: dataTypeFromProto(message.dataType),
    shape: message.shape,
    content: readContent(message.data),
  };
}

function readContent(data: TensorMessage["data"]): TensorContent {
  switch (data.case) {
    case undefined:
      return { kind: "none" };
    case "raw":
      return { kind: "raw", bytes: data.value };
    case "floats":
    case "doubles":
    case "int32s":
      return { kind: data.case, values: data.value.values };
    case "int64s":
    case "uint64s":
      return { kind: data.case, values: data.value.values };
    case "bools":
      return { kind: "bools", values: data.value.values };
    case "strings":
      return { kind: "strings", values: data.value.values };
  }
}

/** Writes a tensor with its elements as bytes, or as a typed list. */
export function tensorToProto(tensor: Tensor, form: "raw" | "typed"): TensorMessage {
  if (form === "raw") {
    return {
      $typeName: "presage.v1.Tensor",
      name: tensor.name,
      dataType: dataTypeToProto(tensor.dataType),
      shape: tensor.shape.map(BigInt),
      data: { case: "raw", value: rawElements(tensor.data) },
    };
  }
  return create(TensorSchema, {
    name: tensor.name,
    dataType: dataTypeToProto(tensor.dataType),
    shape: tensor.shape.map(BigInt),
    data: writeList(tensor),
  });
}

/** The bytes of elements as raw tensors hold them; those of numbers are viewed, not copied. */
export function rawElements(data: TensorData): Uint8Array<ArrayBuffer> {
  if (isText(data)) return writeRawText(data);
  // Nothing here is ever shared between threads, which is all that the wider type allows for.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

function isText(data: TensorData): data is readonly string[] {
  return Array.isArray(data);
}

const lengthBytes = 4;

function writeRawText(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const size = encoded.reduce((sum, bytes) => sum + lengthBytes + bytes.byteLength, 0);
  const raw = new Uint8Array(size);
  const view = new DataView(raw.buffer);
  let offset = 0;
  for (const bytes of encoded) {
    view.setUint32(offset, bytes.byteLength, true);
    raw.set(bytes, offset + lengthBytes);
    offset += lengthBytes + bytes.byteLength;
  }
  return raw;
}

type MessageInit = NonNullable<Parameters<typeof create<typeof TensorSchema>>[1]>;

function writeList({ dataType, data }: Tensor): NonNullable<MessageInit["data"]> {
  if (isText(data)) return { case: "strings", value: { values: [...data] } };
  const numbers = (): number[] => Array.from<number | bigint, number>(data, Number);
  const integers = (): bigint[] => Array.from<number | bigint, bigint>(data, BigInt);
  switch (dataType) {
    case "BOOL":
      return { case: "bools", value: { values: numbers().map(Boolean) } };
    case "INT8":
    case "INT16":
    case "INT32":
      return { case: "int32s", value: { values: numbers() } };
    case "INT64":
      return { case: "int64s", value: { values: integers() } };
    case "UINT8":
    case "UINT16":
    case "UINT32":
    case "UINT64":
      return { case: "uint64s", value: { values: integers() } };
    case "FP16":
    case "FP32":
      return { case: "floats", value: { values: numbers() } };
    case "BF16":
      return { case: "floats", value: { values: numbers().map(bfloat16ToNumber) } };
    case "FP64":
      return { case: "doubles", value: { values: numbers() } };
    case "STRING":
      return { case: undefined };
  }
}
