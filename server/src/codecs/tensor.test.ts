import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { DataType, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyTensor } from "../../../test/support/any-tensor.ts";
import type { Tensor } from "../core/tensor.ts";
import { createViolationList } from "../core/violations.ts";
import { decodeContent } from "../signature/tensor-content.ts";
import { tensorFromProto, tensorToProto } from "./tensor.ts";

type Data = ReturnType<typeof tensorToProto>["data"];

const typed: [string, Tensor["dataType"], Tensor["data"], Data["case"], unknown[]][] = [
  ["bools", "BOOL", Uint8Array.of(0, 1), "bools", [false, true]],
  ["small unsigned integers", "UINT8", Uint8Array.of(0, 255), "uint64s", [0n, 255n]],
  ["16-bit unsigned integers", "UINT16", Uint16Array.of(0, 65_535), "uint64s", [0n, 65_535n]],
  [
    "32-bit unsigned integers",
    "UINT32",
    Uint32Array.of(0, 2 ** 32 - 1),
    "uint64s",
    [0n, 2n ** 32n - 1n],
  ],
  [
    "64-bit unsigned integers",
    "UINT64",
    BigUint64Array.of(0n, 2n ** 64n - 1n),
    "uint64s",
    [0n, 2n ** 64n - 1n],
  ],
  ["bytes", "INT8", Int8Array.of(-128, 127), "int32s", [-128, 127]],
  ["16-bit integers", "INT16", Int16Array.of(-32_768, 32_767), "int32s", [-32_768, 32_767]],
  ["32-bit integers", "INT32", Int32Array.of(-(2 ** 31), 1), "int32s", [-(2 ** 31), 1]],
  [
    "64-bit integers",
    "INT64",
    BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n),
    "int64s",
    [-(2n ** 63n), 2n ** 53n + 1n],
  ],
  ["half precision", "FP16", Float16Array.of(0.5, 65_504), "floats", [0.5, 65_504]],
  ["single precision", "FP32", Float32Array.of(0.1, -0), "floats", [Math.fround(0.1), -0]],
  ["double precision", "FP64", Float64Array.of(0.1, Number.NaN), "doubles", [0.1, Number.NaN]],
  [
    "bfloat16 by its numbers",
    "BF16",
    Uint16Array.of(0x3f80, 0xff80),
    "floats",
    [1, Number.NEGATIVE_INFINITY],
  ],
  ["text", "STRING", ["", "é"], "strings", ["", "é"]],
];

const raw: [string, Tensor["dataType"], Tensor["data"], string][] = [
  ["little-endian numbers", "UINT16", Uint16Array.of(1, 0x0203), "01000302"],
  ["bfloat16 by its patterns", "BF16", Uint16Array.of(0x3f80), "803f"],
  [
    "text with the length of each in bytes",
    "STRING",
    ["é", "", "abc"],
    "02000000c3a90000000003000000616263",
  ],
  ["no text at all", "STRING", [], ""],
];

describe("tensorToProto()", () => {
  it.each(typed)("writes %s as a list", (_, dataType, data, form, values) => {
    const message = tensorToProto({ name: "x", dataType, shape: [2], data }, "typed");
    expect(message.data.case).toBe(form);
    expect(message.data.value).toMatchObject({ values });
  });

  it.each(raw)("writes %s as bytes", (_, dataType, data, hex) => {
    const message = tensorToProto({ name: "x", dataType, shape: [2], data }, "raw");
    expect(message.data.case).toBe("raw");
    expect(Buffer.from(message.data.value as Uint8Array).toString("hex")).toBe(hex);
  });

  it("writes name, type and shape", () => {
    const message = tensorToProto(
      { name: "y", dataType: "FP32", shape: [1, 0], data: new Float32Array(0) },
      "raw",
    );
    expect(message).toMatchObject({ name: "y", dataType: DataType.FP32, shape: [1n, 0n] });
  });

  it("views numbers where they lie, and nothing around them", () => {
    const data = Float64Array.of(1, 2, 3).subarray(1, 2);
    const message = tensorToProto({ name: "y", dataType: "FP64", shape: [1], data }, "raw");
    expect(message.data.value).toMatchObject({ buffer: data.buffer, byteOffset: 8, byteLength: 8 });
  });

  it.each(["raw", "typed"] as const)("writes %s what can be read again", (form) => {
    fc.assert(
      fc.property(anyTensor(), fc.nat(7), (tensor, shift) => {
        const bytes = toBinary(TensorSchema, tensorToProto(tensor, form));
        // The message lies anywhere in memory, so elements are rarely aligned.
        const memory = new Uint8Array(bytes.length + shift);
        memory.set(bytes, shift);
        const read = tensorFromProto(fromBinary(TensorSchema, memory.subarray(shift)));
        const violations = createViolationList();
        const { name, dataType } = tensor;
        const spec = { name, dataType, shape: tensor.shape };
        const data = decodeContent({ ...read, spec, shape: tensor.shape }, "t", violations);
        violations.throwIfAny();
        expect({
          name: read.name,
          dataType: read.dataType,
          shape: read.shape.map(Number),
          data,
        }).toEqual(tensor);
      }),
      { numRuns: 500 },
    );
  });
});

describe("tensorFromProto()", () => {
  it("reads what is not stated as such", () => {
    expect(tensorFromProto(create(TensorSchema, { shape: [-1n] }))).toEqual({
      name: "",
      dataType: undefined,
      shape: [-1n],
      content: { kind: "none" },
    });
  });

  it("views raw bytes without a copy", () => {
    const value = Uint8Array.of(1, 2);
    const { content } = tensorFromProto(create(TensorSchema, { data: { case: "raw", value } }));
    expect(content).toEqual({ kind: "raw", bytes: value });
    expect((content as { bytes: Uint8Array }).bytes).toBe(value);
  });

  it.each(typed)("reads a list of %s", (_, dataType, data, form, values) => {
    const message = tensorToProto({ name: "x", dataType, shape: [2], data }, "typed");
    expect(tensorFromProto(message).content).toEqual({ kind: form, values });
  });
});
