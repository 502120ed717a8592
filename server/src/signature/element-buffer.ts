import { numberToBfloat16 } from "../core/bfloat16.ts";
import { type DataType, elementLayout, type TensorData } from "../core/tensor.ts";

/** One element of a tensor: text, a 64-bit integer, or any other number (BOOL as 0 or 1). */
export type Element = number | bigint | string;

/** Elements of one type that are written one by one. */
export interface ElementBuffer {
  readonly data: TensorData;
  /** Writes an element; it must be of the kind that the type takes. */
  set(index: number, element: Element): void;
}

/** Makes a buffer of `length` elements of a type. */
export function createElementBuffer(type: DataType, length: number): ElementBuffer {
  if (type === "STRING") {
    const data: string[] = Array.from({ length }, () => "");
    return {
      data,
      set: (index, element) => {
        data[index] = String(element);
      },
    };
  }
  const data = elementLayout(type).allocate(length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return {
      data,
      set: (index, element) => {
        data[index] = BigInt(element);
      },
    };
  }
  if (type === "BF16") {
    return {
      data,
      set: (index, element) => {
        data[index] = numberToBfloat16(Number(element));
      },
    };
  }
  return {
    data,
    set: (index, element) => {
      data[index] = Number(element);
    },
  };
}
