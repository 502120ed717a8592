import { DataType as DataTypeMessage } from "@presage/gen/presage/v1/tensor_pb";
import { describe, expect, it } from "vitest";
import {
  type DataType,
  dataTypes,
  elementCount,
  elementLayout,
  isFloatingPoint,
  type NumericType,
  showShape,
} from "./tensor.ts";

describe("dataTypes", () => {
  it("lists the types of the contract, in its order", () => {
    const names = Object.keys(DataTypeMessage).filter((name) => Number.isNaN(Number(name)));
    expect(names).toEqual(["UNSPECIFIED", ...dataTypes]);
  });
});

describe("elementLayout()", () => {
  const sizes: [NumericType, number][] = [
    ["BOOL", 1],
    ["UINT8", 1],
    ["UINT16", 2],
    ["UINT32", 4],
    ["UINT64", 8],
    ["INT8", 1],
    ["INT16", 2],
    ["INT32", 4],
    ["INT64", 8],
    ["FP16", 2],
    ["FP32", 4],
    ["FP64", 8],
    ["BF16", 2],
  ];
  it.each(sizes)("lays %s out in %i bytes", (type, bytes) => {
    const layout = elementLayout(type);
    expect(layout.bytes).toBe(bytes);
    const data = layout.allocate(3);
    expect([data.length, data.byteLength, Number(data[2])]).toEqual([3, 3 * bytes, 0]);
  });

  it("views elements where they lie", () => {
    const memory = Float32Array.of(1, 2, 3);
    const data = elementLayout("FP32").view(memory.buffer, 4, 2);
    memory[1] = 7;
    expect([...data]).toEqual([7, 3]);
  });
});

describe("isFloatingPoint()", () => {
  it("is true for the four types with a fraction", () => {
    const floating: DataType[] = ["FP16", "FP32", "FP64", "BF16"];
    expect(dataTypes.filter(isFloatingPoint)).toEqual(floating);
  });
});

describe("elementCount()", () => {
  const cases: [number[], number][] = [
    [[], 1],
    [[3], 3],
    [[2, 3, 4], 24],
    [[5, 0], 0],
  ];
  it.each(cases)("of %j is %i", (shape, count) => {
    expect(elementCount(shape)).toBe(count);
  });
});

describe("showShape()", () => {
  const cases: [number[], string][] = [
    [[1, 30], "(1, 30)"],
    [[3], "(3,)"],
    [[], "()"],
    [[2, 3, 4], "(2, 3, 4)"],
  ];
  it.each(cases)("writes %j as Python writes a tuple", (shape, text) => {
    expect(showShape(shape)).toBe(text);
  });
});
