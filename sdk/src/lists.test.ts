import { create } from "@bufbuild/protobuf";
import { type Tensor as ProtoTensor, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { DataType } from "./data-types.ts";
import { typedList } from "./lists.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

function list(data: Parameters<typeof create<typeof TensorSchema>>[1]): ProtoTensor["data"] {
  return create(TensorSchema, data).data;
}

const floats = list({ data: { case: "floats", value: { values: [1.5, -2] } } });
const doubles = list({ data: { case: "doubles", value: { values: [0.1] } } });
const int32s = list({ data: { case: "int32s", value: { values: [-1, 7] } } });
const int64s = list({ data: { case: "int64s", value: { values: [-(2n ** 63n)] } } });
const uint64s = list({ data: { case: "uint64s", value: { values: [200n] } } });
const bools = list({ data: { case: "bools", value: { values: [true, false] } } });
const strings = list({ data: { case: "strings", value: { values: ["é"] } } });

describe("typedList()", () => {
  const readable: [DataType, ProtoTensor["data"], ReturnType<typeof typedList>][] = [
    ["FP32", floats, Float32Array.of(1.5, -2)],
    ["FP16", floats, Float16Array.of(1.5, -2)],
    ["BF16", floats, Uint16Array.of(0x3fc0, 0xc000)],
    ["FP64", doubles, Float64Array.of(0.1)],
    ["INT8", int32s, Int8Array.of(-1, 7)],
    ["INT16", int32s, Int16Array.of(-1, 7)],
    ["INT32", int32s, Int32Array.of(-1, 7)],
    ["INT64", int64s, BigInt64Array.of(-(2n ** 63n))],
    ["UINT8", uint64s, Uint8Array.of(200)],
    ["UINT16", uint64s, Uint16Array.of(200)],
    ["UINT32", uint64s, Uint32Array.of(200)],
    ["UINT64", uint64s, BigUint64Array.of(200n)],
    ["BOOL", bools, Uint8Array.of(1, 0)],
    ["STRING", strings, ["é"]],
  ];
  for (const [dataType, data, expected] of readable) {
    it(`reads ${data.case} as ${dataType}`, () => {
      expect(typedList(data, dataType)).toEqual(expected);
    });
  }

  const unreadable: [DataType, ProtoTensor["data"]][] = [
    ["STRING", floats],
    ["FP32", doubles],
    ["UINT8", int32s],
    ["INT32", int64s],
    ["INT8", uint64s],
    ["UINT8", bools],
    ["BOOL", strings],
    ["FP32", list({})],
  ];
  for (const [dataType, data] of unreadable) {
    it(`does not read ${data.case ?? "nothing"} as ${dataType}`, () => {
      expect(typedList(data, dataType)).toBeUndefined();
    });
  }

  it("does not read FP16 where there is no Float16Array", () => {
    vi.stubGlobal("Float16Array", undefined);
    expect(typedList(floats, "FP16")).toBeUndefined();
  });
});
