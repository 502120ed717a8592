import { describe, expect, it } from "vitest";
import type { Tensor } from "../core/tensor.ts";
import { copyTensors, giveTensors } from "./tensor-transfer.ts";

const tensorOf = (data: Tensor["data"]): Tensor => ({
  name: "x",
  dataType: typeof data[0] === "string" ? "STRING" : "FP32",
  shape: [data.length],
  data,
});
const whole = Float32Array.of(1, 2, 3);
const part = Float32Array.of(0, 1, 2, 3, 0).subarray(1, 4);

describe("copyTensors()", () => {
  it.each([
    ["a whole buffer", whole],
    ["a part of a buffer", part],
  ])("copies %s into a buffer of its own size", (_, data) => {
    const { tensors, buffers } = copyTensors([tensorOf(data)]);
    expect(tensors).toEqual([tensorOf(whole)]);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([12]);
    expect(buffers).not.toContain(data.buffer);
  });

  it("leaves texts as they are", () => {
    const tensors = [tensorOf(["a"])];
    expect(copyTensors(tensors)).toEqual({ tensors, buffers: [] });
  });
});

describe("giveTensors()", () => {
  it("gives a whole buffer without a copy, and each buffer once", () => {
    const tensors = [tensorOf(whole), tensorOf(whole)];
    const given = giveTensors(tensors);
    expect(given.tensors.map(({ data }) => data)).toEqual([whole, whole]);
    expect(given.tensors[0]?.data).toBe(whole);
    expect(given.buffers).toEqual([whole.buffer]);
  });

  it("copies a part of a buffer, so that the rest stays", () => {
    const { tensors, buffers } = giveTensors([tensorOf(part)]);
    expect(tensors).toEqual([tensorOf(whole)]);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([12]);
    expect(buffers).not.toContain(part.buffer);
  });
});
