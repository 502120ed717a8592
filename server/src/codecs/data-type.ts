import { DataType as DataTypeMessage } from "@presage/gen/presage/v1/tensor_pb";
import { type DataType, dataTypes } from "../core/tensor.ts";

/** Returns the data type of its number in the contract; undefined where it is not stated. */
export function dataTypeFromProto(message: DataTypeMessage): DataType | undefined {
  return dataTypes[message - 1];
}

/** Returns the number of a data type in the contract. */
export function dataTypeToProto(type: DataType): DataTypeMessage {
  return DataTypeMessage[type];
}
