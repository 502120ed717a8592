import { describe, expect, it } from "vitest";
import { findSoleMemory, holdAlone, largeBytes } from "../core/sole-memory.ts";
import type { Tensor } from "../core/tensor.ts";
import { giveTensors, lendTensors } from "./tensor-transfer.ts";

const tensorOf = (data: Tensor["data"]): Tensor => ({
  name: "x",
  dataType: typeof data[0] === "string" ? "STRING" : "FP32",
  shape: [data.length],
  data,
});
const whole = Float32Array.of(1, 2, 3);
const part = Float32Array.of(0, 1, 2, 3, 0).subarray(1, 4);

describe("lendTensors()", () => {
  it.each([
    ["a whole buffer", whole],
    ["a part of a buffer", part],
  ])("copies %s into a buffer of its own size", (_, data) => {
    const { tensors, buffers } = lendTensors([tensorOf(data)]);
    expect(tensors).toEqual([tensorOf(whole)]);
    expect(buffers.map(({ byteLength }) => byteLength)).toEqual([12]);
    expect(buffers).not.toContain(data.buffer);
  });

  it("leaves texts as they are", () => {
    const tensors = [tensorOf(["a"])];
    expect(lendTensors(tensors)).toMatchObject({ tensors, buffers: [], lent: [] });
  });

  it("moves what its call alone holds, and puts it back under the same tensors", () => {
    const memory = new ArrayBuffer(largeBytes);
    holdAlone(memory);
    const held = findSoleMemory(memory);
    const first = tensorOf(new Float32Array(memory, 4, 2));
    const second = tensorOf(new Float32Array(memory, 16, 1));
    const loan = lendTensors([first, tensorOf(whole), second]);
    expect(loan.lent).toEqual([memory]);
    expect(loan.buffers).toHaveLength(2);

    const [there = memory] = structuredClone(loan.lent, { transfer: [...loan.buffers] });
    expect([first, second].map(({ data }) => data.length)).toEqual([0, 0]);
    new Float32Array(there).set([0, 7, 8, 0, 9]);

    loan.takeBack([there]);
    expect([first, second].map(({ data }) => [...data])).toEqual([[7, 8], [9]]);
    expect(held?.buffer).toBe(there);
    expect(findSoleMemory(there)).toBe(held);
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
