/* The typed lists of the wire, which a server answers to questions that had no raw tensor. */
import type { Tensor as ProtoTensor } from "@presage/gen/presage/v1/tensor_pb";
import { type DataType, type ElementsOf, hasFloat16Array } from "./data-types.ts";

/**
 * Reads a typed list as the array of a data type; undefined if the list is not
 * one that holds the type, or no Float16Array is there to hold an FP16.
 */
export function typedList(
  data: ProtoTensor["data"],
  dataType: DataType,
): ElementsOf[DataType] | undefined {
  switch (data.case) {
    case "floats":
      return fromFloats(data.value.values, dataType);
    case "doubles":
      return dataType === "FP64" ? Float64Array.from(data.value.values) : undefined;
    case "int32s":
      return fromInt32s(data.value.values, dataType);
    case "int64s":
      return dataType === "INT64" ? BigInt64Array.from(data.value.values) : undefined;
    case "uint64s":
      return fromUint64s(data.value.values, dataType);
    case "bools":
      return dataType === "BOOL" ? Uint8Array.from(data.value.values, Number) : undefined;
    case "strings":
      return dataType === "STRING" ? data.value.values : undefined;
    case "raw":
    case undefined:
    default:
      return undefined;
  }
}

function fromFloats(
  values: readonly number[],
  dataType: DataType,
): Float32Array | Float16Array | Uint16Array | undefined {
  if (dataType === "FP32") return Float32Array.from(values);
  if (dataType === "FP16" && hasFloat16Array()) return Float16Array.from(values);
  if (dataType !== "BF16") return undefined;
  // A BF16 is exactly the upper half of the FP32 of the same value.
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, (pattern) => pattern >>> 16);
}

function fromInt32s(
  values: readonly number[],
  dataType: DataType,
): Int8Array | Int16Array | Int32Array | undefined {
  if (dataType === "INT8") return Int8Array.from(values);
  if (dataType === "INT16") return Int16Array.from(values);
  return dataType === "INT32" ? Int32Array.from(values) : undefined;
}

function fromUint64s(
  values: readonly bigint[],
  dataType: DataType,
): Uint8Array | Uint16Array | Uint32Array | BigUint64Array | undefined {
  if (dataType === "UINT64") return BigUint64Array.from(values);
  const numbers = values.map(Number);
  if (dataType === "UINT8") return Uint8Array.from(numbers);
  if (dataType === "UINT16") return Uint16Array.from(numbers);
  return dataType === "UINT32" ? Uint32Array.from(numbers) : undefined;
}
