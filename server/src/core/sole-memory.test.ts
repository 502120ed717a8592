import { describe, expect, it } from "vitest";
import {
  findSoleMemory,
  holdAlone,
  holdTensorAlone,
  largeBytes,
  moveSoleMemory,
} from "./sole-memory.ts";
import type { TensorData } from "./tensor.ts";

const elements = largeBytes / Float32Array.BYTES_PER_ELEMENT;

describe("findSoleMemory()", () => {
  it("finds a large buffer that was noted, and the one that it moved to", () => {
    const buffer = new ArrayBuffer(largeBytes);
    expect(findSoleMemory(buffer)).toBeUndefined();
    holdAlone(buffer);
    const memory = findSoleMemory(buffer);
    expect(memory?.buffer).toBe(buffer);
    const other = buffer.transfer();
    if (memory !== undefined) moveSoleMemory(memory, other);
    expect(findSoleMemory(other)).toBe(memory);
    expect(memory?.buffer).toBe(other);
    expect(findSoleMemory(buffer)).toBeUndefined();
  });
});

describe("holdTensorAlone()", () => {
  const cases: readonly (readonly [name: string, data: TensorData, held: boolean])[] = [
    ["all of a large buffer", new Float32Array(elements), true],
    ["a part of a large buffer", new Float32Array(elements + 1).subarray(1), false],
    ["a small buffer", new Float32Array(elements - 1), false],
    ["shared memory", new Float32Array(new SharedArrayBuffer(largeBytes)), false],
    ["texts", ["a"], false],
  ];
  for (const [name, data, held] of cases) {
    it(`notes ${name}: ${held}`, () => {
      holdTensorAlone({ name: "x", dataType: "FP32", shape: [data.length], data });
      const buffer = "buffer" in data ? data.buffer : new ArrayBuffer(0);
      expect(findSoleMemory(buffer) !== undefined).toBe(held);
    });
  }
});
