import { DataType as ProtoDataType } from "@presage/gen/presage/v1/tensor_pb";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  arrayClass,
  arrayNames,
  fromProtoDataType,
  inferDataType,
  numericTypes,
  toProtoDataType,
} from "./data-types.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("fromProtoDataType()", () => {
  it("reads back the number of every data type", () => {
    const all = [...numericTypes, "STRING" as const];
    expect(all.map((type) => fromProtoDataType(toProtoDataType(type)))).toEqual(all);
    expect(all).toHaveLength(14);
  });

  it("knows no name for a type that is not stated", () => {
    expect(fromProtoDataType(ProtoDataType.UNSPECIFIED)).toBeUndefined();
  });
});

describe("inferDataType()", () => {
  const cases: [Parameters<typeof inferDataType>[0], string][] = [
    [new Uint8Array(), "UINT8"],
    [new Uint16Array(), "UINT16"],
    [new Uint32Array(), "UINT32"],
    [new BigUint64Array(), "UINT64"],
    [new Int8Array(), "INT8"],
    [new Int16Array(), "INT16"],
    [new Int32Array(), "INT32"],
    [new BigInt64Array(), "INT64"],
    [new Float16Array(), "FP16"],
    [new Float32Array(), "FP32"],
    [new Float64Array(), "FP64"],
    [[], "STRING"],
  ];
  for (const [data, expected] of cases) {
    it(`takes a ${data.constructor.name} for ${expected}`, () => {
      expect(inferDataType(data)).toBe(expected);
    });
  }
});

describe("arrayClass()", () => {
  it("gives a class that may also hold the type in a request", () => {
    for (const type of numericTypes) expect(arrayNames(type)).toContain(arrayClass(type).name);
  });

  it("gives bit patterns for FP16 where there is no Float16Array", () => {
    expect(arrayClass("FP16")).toBe(Float16Array);
    vi.stubGlobal("Float16Array", undefined);
    expect(arrayClass("FP16")).toBe(Uint16Array);
  });
});
