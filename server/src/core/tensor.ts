/** The type of every element of a tensor: the Open Inference Protocol's names, and STRING for text. */
export type DataType =
  | "BOOL"
  | "UINT8"
  | "UINT16"
  | "UINT32"
  | "UINT64"
  | "INT8"
  | "INT16"
  | "INT32"
  | "INT64"
  | "FP16"
  | "FP32"
  | "FP64"
  | "BF16"
  | "STRING";

/** Every data type but text. */
export type NumericType = Exclude<DataType, "STRING">;

/** The elements of a tensor that is not text. BOOL is 0 or 1; BF16 is its bit pattern. */
export type NumericData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float16Array
  | Float32Array
  | Float64Array;

/** The elements of a tensor, row-major. */
export type TensorData = NumericData | readonly string[];

/** A named array of one data type and any rank; an empty shape is a scalar. */
export interface Tensor {
  readonly name: string;
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** How the elements of a numeric type lie in memory. */
export interface ElementLayout {
  /** The size of one element, in bytes. */
  readonly bytes: number;
  /** Makes an array of `length` elements, all zero; it may be a part of a larger buffer. */
  allocate(length: number): NumericData;
  /** Views `length` elements in a buffer, from a byte offset that is a multiple of `bytes`. */
  view(buffer: ArrayBufferLike, offset: number, length: number): NumericData;
}

interface NumericArray {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NumericData;
  new (buffer: ArrayBufferLike, offset: number, length: number): NumericData;
}

const sharedBytes = 32 * 1024;
const largestSharedBytes = 1024;
/** The bytes of the largest element: any element may begin at a multiple of them. */
export const largestElementBytes = 8;
let shared = new ArrayBuffer(sharedBytes);
let sharedUntil = 0;

/**
 * Makes an array of zeros. Small ones lie side by side in memory that is never
 * used again: to set some aside for each costs more than to fill it.
 */
function allocate(array: NumericArray, length: number): NumericData {
  const bytes = length * array.BYTES_PER_ELEMENT;
  if (bytes > largestSharedBytes) return new array(length);
  if (sharedUntil + bytes > sharedBytes) {
    shared = new ArrayBuffer(sharedBytes);
    sharedUntil = 0;
  }
  const offset = sharedUntil;
  sharedUntil = Math.ceil((offset + bytes) / largestElementBytes) * largestElementBytes;
  return new array(shared, offset, length);
}

function layout(array: NumericArray): ElementLayout {
  return {
    bytes: array.BYTES_PER_ELEMENT,
    allocate: (length) => allocate(array, length),
    view: (buffer, offset, length) => new array(buffer, offset, length),
  };
}

const layouts: Readonly<Record<NumericType, ElementLayout>> = {
  BOOL: layout(Uint8Array),
  UINT8: layout(Uint8Array),
  UINT16: layout(Uint16Array),
  UINT32: layout(Uint32Array),
  UINT64: layout(BigUint64Array),
  INT8: layout(Int8Array),
  INT16: layout(Int16Array),
  INT32: layout(Int32Array),
  INT64: layout(BigInt64Array),
  FP16: layout(Float16Array),
  FP32: layout(Float32Array),
  FP64: layout(Float64Array),
  BF16: layout(Uint16Array),
};

/** Every data type, in the order of the contract. */
export const dataTypes: readonly DataType[] = [
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
  "STRING",
];

/** Returns how the elements of a numeric type lie in memory. */
export function elementLayout(type: NumericType): ElementLayout {
  return layouts[type];
}

/** Tells whether a type holds numbers with a fraction. */
export function isFloatingPoint(type: DataType): boolean {
  return type === "FP16" || type === "FP32" || type === "FP64" || type === "BF16";
}

/** Returns the number of elements of a shape: the product of its dimensions, 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const dimension of shape) count *= dimension;
  return count;
}

/** Writes a shape the way Python writes a tuple: `(1, 30)`, `(3,)`, `()`. */
export function showShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}
