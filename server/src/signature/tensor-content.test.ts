import { describe, expect, it } from "vitest";
import { spec, violationsOf } from "../../../test/support/signatures.ts";
import type { TensorContent } from "../core/prediction.ts";
import { type DataType, dataTypes, elementCount, type TensorData } from "../core/tensor.ts";
import { createViolationList } from "../core/violations.ts";
import { decodeContent } from "./tensor-content.ts";

function decode(type: DataType, shape: readonly number[], content: TensorContent): TensorData {
  const violations = createViolationList();
  const given = { name: "x", dataType: undefined, content };
  const data = decodeContent({ ...given, spec: spec("x", type), shape }, "tensors[0]", violations);
  violations.throwIfAny();
  if (data === undefined) throw new Error("neither data nor a violation");
  return data;
}

function raw(...bytes: number[]): TensorContent {
  return { kind: "raw", bytes: Uint8Array.from(bytes) };
}

const listOf: Readonly<Record<DataType, TensorContent["kind"]>> = {
  BOOL: "bools",
  UINT8: "uint64s",
  UINT16: "uint64s",
  UINT32: "uint64s",
  UINT64: "uint64s",
  INT8: "int32s",
  INT16: "int32s",
  INT32: "int32s",
  INT64: "int64s",
  FP16: "floats",
  FP32: "floats",
  FP64: "doubles",
  BF16: "floats",
  STRING: "strings",
};
const lists = [...new Set(Object.values(listOf))];

describe("decodeContent()", () => {
  it("views aligned bytes where they lie", () => {
    const memory = new Uint8Array(32);
    const bytes = memory.subarray(8, 24);
    const data = decode("FP64", [2], { kind: "raw", bytes });
    expect(data).toMatchObject({ buffer: memory.buffer, byteOffset: 8, length: 2 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7])("copies bytes that lie %i past a multiple of 8", (shift) => {
    const memory = new Uint8Array(32);
    new DataView(memory.buffer).setFloat64(8 + shift, 0.1, true);
    const data = decode("FP64", [1], {
      kind: "raw",
      bytes: memory.subarray(8 + shift, 16 + shift),
    });
    expect(data).toEqual(Float64Array.of(0.1));
    expect((data as Float64Array).buffer).not.toBe(memory.buffer);
  });

  const taken: [string, DataType, number[], TensorContent, TensorData][] = [
    ["no elements", "FP32", [0, 3], raw(), new Float32Array(0)],
    ["a scalar", "UINT8", [], raw(7), Uint8Array.of(7)],
    ["truth in bytes", "BOOL", [2], raw(0, 1), Uint8Array.of(0, 1)],
    ["text in bytes", "STRING", [2], raw(2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0), ["é", ""]],
    [
      "text that begins with a byte order mark",
      "STRING",
      [1],
      raw(3, 0, 0, 0, 0xef, 0xbb, 0xbf),
      ["\u{feff}"],
    ],
    [
      "FP16 from floats, rounded",
      "FP16",
      [2],
      { kind: "floats", values: [0.1, -65_504] },
      Float16Array.of(0.1, -65_504),
    ],
    [
      "infinities as such",
      "FP16",
      [2],
      { kind: "floats", values: [Infinity, -Infinity] },
      Float16Array.of(Infinity, -Infinity),
    ],
    [
      "BF16 from floats",
      "BF16",
      [3],
      { kind: "floats", values: [1, Number.NaN, Infinity] },
      Uint16Array.of(0x3f80, 0x7fc0, 0x7f80),
    ],
    [
      "the widest integers",
      "INT64",
      [1],
      { kind: "int64s", values: [-(2n ** 63n)] },
      BigInt64Array.of(-(2n ** 63n)),
    ],
    [
      "small ones from wide lists",
      "UINT8",
      [2],
      { kind: "uint64s", values: [0n, 255n] },
      Uint8Array.of(0, 255),
    ],
  ];
  it.each(taken)("takes %s", (_, type, shape, content, data) => {
    expect(decode(type, shape, content)).toEqual(data);
  });

  const refused: [string, DataType, number[], TensorContent, string[]][] = [
    [
      "too few bytes",
      "FP64",
      [1, 30],
      { kind: "raw", bytes: new Uint8Array(120) },
      ["tensors[0].raw: 240 bytes expected for FP64 [1,30], got 120"],
    ],
    [
      "too many bytes",
      "INT16",
      [2],
      raw(1, 2, 3, 4, 5),
      ["tensors[0].raw: 4 bytes expected for INT16 [2], got 5"],
    ],
    [
      "bytes for no elements",
      "FP32",
      [0],
      raw(0),
      ["tensors[0].raw: 0 bytes expected for FP32 [0], got 1"],
    ],
    [
      "bytes that are no truth",
      "BOOL",
      [2],
      raw(0, 2),
      ["tensors[0].raw: each byte of BOOL [2] must be 0 or 1"],
    ],
    [
      "text cut in its length",
      "STRING",
      [1],
      raw(1, 0, 0),
      ["tensors[0].raw: the length of element 0 runs past the end"],
    ],
    [
      "text cut in its bytes",
      "STRING",
      [2],
      raw(0, 0, 0, 0, 2, 0, 0, 0, 65),
      ["tensors[0].raw: the length of element 1 runs past the end"],
    ],
    [
      "text as long as can be declared",
      "STRING",
      [1],
      raw(255, 255, 255, 255),
      ["tensors[0].raw: the length of element 0 runs past the end"],
    ],
    [
      "text that is not UTF-8",
      "STRING",
      [1],
      raw(1, 0, 0, 0, 0xff),
      ["tensors[0].raw: element 0 is not UTF-8"],
    ],
    [
      "too few texts",
      "STRING",
      [2, 1],
      raw(0, 0, 0, 0),
      ["tensors[0].raw: 2 elements expected for STRING [2,1], got 1"],
    ],
    [
      "too many texts",
      "STRING",
      [1],
      raw(0, 0, 0, 0, 0, 0, 0, 0),
      ["tensors[0].raw: 1 elements expected for STRING [1], got 2"],
    ],
    [
      "nothing",
      "FP32",
      [1],
      { kind: "none" },
      ["tensors[0].data: required: raw, or floats for FP32"],
    ],
    [
      "too short a list",
      "FP32",
      [1, 3],
      { kind: "floats", values: [1] },
      ["tensors[0].floats: 3 values expected for FP32 [1,3], got 1"],
    ],
    [
      "too long a list of text",
      "STRING",
      [],
      { kind: "strings", values: ["a", "b"] },
      ["tensors[0].strings: 1 values expected for STRING [], got 2"],
    ],
    [
      "values past the range, each",
      "INT8",
      [3],
      { kind: "int32s", values: [128, 0, -129] },
      [
        "tensors[0].int32s[0]: expected a value within the range of INT8, got 128",
        "tensors[0].int32s[2]: expected a value within the range of INT8, got -129",
      ],
    ],
    [
      "unsigned values past the range",
      "UINT32",
      [1],
      { kind: "uint64s", values: [2n ** 32n] },
      ["tensors[0].uint64s[0]: expected a value within the range of UINT32, got 4294967296"],
    ],
    [
      "floats past the range of FP16",
      "FP16",
      [1],
      { kind: "floats", values: [65_520] },
      ["tensors[0].floats[0]: expected a value within the range of FP16, got 65520"],
    ],
    [
      "floats past the range of BF16",
      "BF16",
      [1],
      { kind: "floats", values: [-3.4e38] },
      ["tensors[0].floats[0]: expected a value within the range of BF16, got -3.4e+38"],
    ],
  ];
  it.each(refused)("refuses %s", (_, type, shape, content, violations) => {
    expect(violationsOf(() => decode(type, shape, content))).toEqual(violations);
  });

  it.each(dataTypes)("refuses for %s every list but its own", (type) => {
    const told = lists
      .filter((kind) => kind !== listOf[type])
      .flatMap((kind) =>
        violationsOf(() => decode(type, [0], { kind, values: [] } as TensorContent)),
      );
    const others = lists.filter((kind) => kind !== listOf[type]);
    expect(told).toEqual(
      others.map(
        (kind) => `tensors[0].${kind}: expected raw or ${listOf[type]} for ${type}, got ${kind}`,
      ),
    );
    expect(decode(type, [0], { kind: listOf[type], values: [] } as TensorContent)).toHaveLength(0);
  });

  it("refuses another type than the signature's, and looks no further", () => {
    const violations = createViolationList();
    const tensor = {
      name: "x",
      dataType: "FP32",
      content: raw(1),
      spec: spec("x", "FP64"),
      shape: [1],
    } as const;
    expect(decodeContent(tensor, "tensors[2]", violations)).toBeUndefined();
    expect(violationsOf(() => violations.throwIfAny())).toEqual([
      "tensors[2].dataType: expected FP64, got FP32",
    ]);
  });

  it("counts the elements of any shape", () => {
    const shape = [2, 3, 4];
    const content: TensorContent = { kind: "raw", bytes: new Uint8Array(elementCount(shape)) };
    expect(decode("INT8", shape, content)).toHaveLength(24);
  });
});
