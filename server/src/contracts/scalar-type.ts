import { FieldDescriptorProto_Type as FieldType } from "@bufbuild/protobuf/wkt";
import type { DataType } from "../core/tensor.ts";

/** A scalar type of protobuf. */
export type ScalarName =
  | "bool"
  | "int32"
  | "int64"
  | "uint32"
  | "uint64"
  | "float"
  | "double"
  | "string";

/** The number that descriptors have for each scalar type. */
export const scalarTypes: Readonly<Record<ScalarName, FieldType>> = {
  bool: FieldType.BOOL,
  int32: FieldType.INT32,
  int64: FieldType.INT64,
  uint32: FieldType.UINT32,
  uint64: FieldType.UINT64,
  float: FieldType.FLOAT,
  double: FieldType.DOUBLE,
  string: FieldType.STRING,
};

/** The least scalar type that holds every element of each data type. */
export const scalarOf: Readonly<Record<DataType, ScalarName>> = {
  BOOL: "bool",
  UINT8: "uint32",
  UINT16: "uint32",
  UINT32: "uint32",
  UINT64: "uint64",
  INT8: "int32",
  INT16: "int32",
  INT32: "int32",
  INT64: "int64",
  FP16: "float",
  BF16: "float",
  FP32: "float",
  FP64: "double",
  STRING: "string",
};
