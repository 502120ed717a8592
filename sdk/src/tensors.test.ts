import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { DataType as ProtoDataType, TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayClass, numericTypes } from "./data-types.ts";
import { decodeTensors, encodeTensors, type TensorInput, tensor } from "./tensors.ts";

/** Any numeric tensor, of any bits. */
const numericTensor = fc
  .record({
    dataType: fc.constantFrom(...numericTypes),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    seed: fc.uint8Array({ minLength: 512, maxLength: 512 }),
  })
  .map(({ dataType, shape, seed }) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    return { dataType, shape, data: new (arrayClass(dataType))(seed.buffer, 0, count) };
  });

function bytesOf(data: ArrayBufferView): number[] {
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

function raw(dataType: ProtoDataType, shape: bigint[], value: Uint8Array): object {
  return decodeTensors([
    create(TensorSchema, { name: "y", dataType, shape, data: { case: "raw", value } }),
  ]);
}

describe("encodeTensors()", () => {
  it("views the elements without a copy", () => {
    const data = Float64Array.of(9, 1, 2).subarray(1);
    const [message] = encodeTensors({ X: tensor("FP64", [1, 2], data) });
    expect(message).toMatchObject({ name: "X", dataType: ProtoDataType.FP64, shape: [1n, 2n] });
    expect(message?.data.value).toMatchObject({
      buffer: data.buffer,
      byteOffset: 8,
      byteLength: 16,
    });
  });

  it("infers the data type from the elements", () => {
    const [message] = encodeTensors([{ shape: [1], data: BigInt64Array.of(1n) }]);
    expect(message).toMatchObject({ name: "", dataType: ProtoDataType.INT64 });
  });

  const refused: [string, TensorInput, string][] = [
    [
      "too few elements",
      tensor("FP32", [1, 3], new Float32Array(2)),
      "expected 3 elements for the shape [1, 3], got 2",
    ],
    [
      "a negative dimension",
      tensor("FP32", [-1], new Float32Array(1)),
      "expected dimensions of 0 or more, got [-1]",
    ],
    [
      "an array of another type",
      { dataType: "FP64", shape: [1], data: new Float32Array(1) } as unknown as TensorInput,
      "expected a Float64Array for FP64, got a Float32Array",
    ],
    [
      "a typed array for text",
      { dataType: "STRING", shape: [1], data: new Uint8Array(1) } as unknown as TensorInput,
      "expected a list of strings for STRING, got a Uint8Array",
    ],
    [
      "numbers for text",
      { shape: [2], data: ["a", 2] } as unknown as TensorInput,
      "expected strings, got a number at element 1",
    ],
    [
      "an array of no known type",
      { shape: [1], data: new DataView(new ArrayBuffer(1)) } as unknown as TensorInput,
      "expected a typed array of numbers, got a DataView",
    ],
  ];
  for (const [what, input, problem] of refused) {
    it(`refuses ${what}, naming the tensor`, () => {
      const good = tensor("INT8", [], Int8Array.of(1));
      expect(() => encodeTensors({ good, X: input })).toThrow(
        expect.objectContaining({
          code: "invalid_argument",
          violations: [{ field: "tensors[1]", description: `tensor X: ${problem}` }],
        }),
      );
    });
  }

  it("names every tensor that does not fit, by position where it has no name", () => {
    const bad = { shape: [2], data: new Float32Array(1) };
    expect(() => encodeTensors([bad, { ...bad, name: "Y" }])).toThrow(
      "tensors[0]: expected 2 elements for the shape [2], got 1; tensors[1]: tensor Y: expected",
    );
  });
});

describe("decodeTensors()", () => {
  it("reads back the bits of any tensor that went over the wire", () => {
    fc.assert(
      fc.property(numericTensor, fc.string(), (given, name) => {
        const sent = encodeTensors([{ ...given, name } as TensorInput]);
        const bytes = sent.map((message) =>
          fromBinary(TensorSchema, toBinary(TensorSchema, message)),
        );
        const { [name]: read } = decodeTensors(bytes);
        expect(read).toMatchObject({ dataType: given.dataType, shape: given.shape });
        expect(read?.data.constructor).toBe(given.data.constructor);
        expect(bytesOf(read?.data as Uint8Array)).toEqual(bytesOf(given.data));
      }),
    );
  });

  it("reads back any texts", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (texts) => {
        const sent = encodeTensors({ text: tensor("STRING", [texts.length], texts) });
        expect(decodeTensors(sent)).toEqual({ text: tensor("STRING", [texts.length], texts) });
      }),
    );
  });

  it("views aligned bytes, and copies others", () => {
    const buffer = new ArrayBuffer(24);
    new DataView(buffer).setFloat64(8, 0.5, true);
    const aligned = raw(ProtoDataType.FP64, [1n], new Uint8Array(buffer, 8, 8));
    expect(aligned).toEqual({ y: tensor("FP64", [1], Float64Array.of(0.5)) });
    expect(aligned).toMatchObject({ y: { data: { buffer, byteOffset: 8 } } });
    const shifted = new Uint8Array(buffer.slice(7)).subarray(1, 9);
    const copied = raw(ProtoDataType.FP64, [1n], shifted);
    expect(copied).toEqual({ y: tensor("FP64", [1], Float64Array.of(0.5)) });
    expect(copied).toMatchObject({ y: { data: { byteOffset: 0 } } });
  });

  it("reads the bytes of a pooled Buffer at an odd offset", () => {
    const pooled = Buffer.concat([
      Buffer.of(0),
      Buffer.from(Float32Array.of(1, 2).buffer),
    ]).subarray(1);
    expect(raw(ProtoDataType.FP32, [2n], pooled)).toEqual({
      y: tensor("FP32", [2], Float32Array.of(1, 2)),
    });
  });

  it("reads a typed list", () => {
    const data = { case: "bools" as const, value: { values: [true] } };
    const message = create(TensorSchema, { name: "y", dataType: ProtoDataType.BOOL, data });
    expect(decodeTensors([message])).toEqual({ y: tensor("BOOL", [], Uint8Array.of(1)) });
  });

  const malformed: [string, Parameters<typeof raw>, string][] = [
    [
      "part of an element",
      [ProtoDataType.FP32, [1n], new Uint8Array(3)],
      "has 3 bytes, no whole number of FP32",
    ],
    [
      "too many elements",
      [ProtoDataType.INT8, [1n], new Uint8Array(2)],
      "has 2 elements for the shape [1]",
    ],
    [
      "no data type",
      [ProtoDataType.UNSPECIFIED, [0n], new Uint8Array()],
      "has no data type that is known",
    ],
    [
      "text cut short",
      [ProtoDataType.STRING, [1n], new Uint8Array(2)],
      "is not readable as STRING",
    ],
  ];
  for (const [what, [dataType, shape, bytes], problem] of malformed) {
    it(`does not take an answer with ${what}`, () => {
      expect(() => raw(dataType, shape, bytes)).toThrow(
        expect.objectContaining({ code: "internal", message: `the answered tensor y ${problem}` }),
      );
    });
  }
});
