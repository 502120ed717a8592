import { DataType as ProtoDataType } from "@presage/gen/presage/v1/tensor_pb";

/**
 * What the elements of each data type are in JavaScript. BOOL is 0 or 1. BF16
 * is the bit pattern, the upper half of an FP32. FP16 is a Float16Array, or,
 * as its bit pattern, a Uint16Array.
 */
export interface ElementsOf {
  readonly BOOL: Uint8Array;
  readonly UINT8: Uint8Array;
  readonly UINT16: Uint16Array;
  readonly UINT32: Uint32Array;
  readonly UINT64: BigUint64Array;
  readonly INT8: Int8Array;
  readonly INT16: Int16Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
  readonly FP16: Float16Array | Uint16Array;
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
  readonly BF16: Uint16Array;
  readonly STRING: readonly string[];
}

/** The type of every element of a tensor: the Open Inference Protocol's names, and STRING for text. */
export type DataType = keyof ElementsOf;

/** Every data type but text. */
export type NumericType = Exclude<DataType, "STRING">;

/** The elements of a tensor that is not text. */
export type NumericData = ElementsOf[NumericType];

/** Every numeric type, with the names of the arrays that may hold it. */
const arraysOf = {
  BOOL: ["Uint8Array"],
  UINT8: ["Uint8Array"],
  UINT16: ["Uint16Array"],
  UINT32: ["Uint32Array"],
  UINT64: ["BigUint64Array"],
  INT8: ["Int8Array"],
  INT16: ["Int16Array"],
  INT32: ["Int32Array"],
  INT64: ["BigInt64Array"],
  FP16: ["Float16Array", "Uint16Array"],
  FP32: ["Float32Array"],
  FP64: ["Float64Array"],
  BF16: ["Uint16Array"],
} as const satisfies Record<NumericType, readonly string[]>;

/** Every data type but text, in no order that matters. */
export const numericTypes: readonly NumericType[] = [
  "BOOL",
  "UINT8",
  "UINT16",
  "UINT32",
  "UINT64",
  "INT8",
  "INT16",
  "INT32",
  "INT64",
  "FP16",
  "FP32",
  "FP64",
  "BF16",
];

const inferred: ReadonlyMap<string, NumericType> = new Map([
  ["Uint8Array", "UINT8"],
  ["Uint16Array", "UINT16"],
  ["Uint32Array", "UINT32"],
  ["BigUint64Array", "UINT64"],
  ["Int8Array", "INT8"],
  ["Int16Array", "INT16"],
  ["Int32Array", "INT32"],
  ["BigInt64Array", "INT64"],
  ["Float16Array", "FP16"],
  ["Float32Array", "FP32"],
  ["Float64Array", "FP64"],
]);

/**
 * Returns the type that elements have if none is stated: STRING for a list,
 * and for a typed array the type of its numbers, so UINT8 and not BOOL,
 * UINT16 and not BF16; undefined for anything else.
 */
export function inferDataType(data: NumericData | readonly string[]): DataType | undefined {
  return ArrayBuffer.isView(data) ? inferred.get(data[Symbol.toStringTag]) : "STRING";
}

/** Returns the names of the arrays that may hold elements of a type. */
export function arrayNames(type: NumericType): readonly string[] {
  return arraysOf[type];
}

interface NumericArray {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): NumericData;
}

/** Returns the class of the array that holds the answers of a type. */
export function arrayClass(type: NumericType): NumericArray {
  return type === "FP16" ? halfArray() : classes[type];
}

/** Tells whether this runtime has the class Float16Array. */
export function hasFloat16Array(): boolean {
  return typeof globalThis.Float16Array === "function";
}

// Looked up when it is needed: browsers before 2025 lack the class.
function halfArray(): NumericArray {
  return hasFloat16Array() ? Float16Array : Uint16Array;
}

const classes: Readonly<Record<Exclude<NumericType, "FP16">, NumericArray>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP32: Float32Array,
  FP64: Float64Array,
  BF16: Uint16Array,
};

const names = new Map<ProtoDataType, DataType>(
  [...numericTypes, "STRING" as const].map((name) => [ProtoDataType[name], name]),
);

/** Returns the contract's number of a data type. */
export function toProtoDataType(type: DataType): ProtoDataType {
  return ProtoDataType[type];
}

/** Returns the name of a data type; undefined if it is not stated or not known. */
export function fromProtoDataType(type: ProtoDataType): DataType | undefined {
  return names.get(type);
}
