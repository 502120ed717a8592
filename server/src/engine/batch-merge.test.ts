import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Feeds } from "../core/feeds.ts";
import { elementLayout, type NumericType, type Tensor } from "../core/tensor.ts";
import { canMerge, mergeFeeds, splitOutputs } from "./batch-merge.ts";

const numericTypes: readonly NumericType[] = [
  "BOOL",
  "INT8",
  "UINT16",
  "FP16",
  "FP32",
  "FP64",
  "INT64",
  "UINT64",
];

function tensorOf(dataType: Tensor["dataType"], rows: number, width: number, seed: number): Tensor {
  const length = rows * width;
  const shape = [rows, width];
  const value = (index: number) => (seed * 7 + index) % 2;
  if (dataType === "STRING") {
    return {
      name: "x",
      dataType,
      shape,
      data: Array.from({ length }, (_, index) => `${seed}-${index}`),
    };
  }
  const data = elementLayout(dataType).allocate(length);
  for (let index = 0; index < length; index += 1) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      data[index] = BigInt(value(index));
    else data[index] = value(index);
  }
  return { name: "x", dataType, shape, data };
}

function feedsOf(shapes: readonly (readonly number[])[]): Feeds {
  const tensors = shapes.map((shape) => ({ name: "", dataType: "FP32" as const, shape, data: [] }));
  return { tensors, rowCount: shapes[0]?.[0] ?? 0 };
}

describe("canMerge()", () => {
  it.each([
    { shapes: [[1, 30]], others: [[5, 30]], expected: true },
    { shapes: [[1, 30]], others: [[1, 31]], expected: false },
    { shapes: [[5]], others: [[1]], expected: true },
    { shapes: [[5]], others: [[5, 1]], expected: false },
    { shapes: [[1, 2, 3], [1]], others: [[2, 2, 3], [2]], expected: true },
    {
      shapes: [
        [1, 2, 3],
        [1, 4],
      ],
      others: [
        [1, 2, 3],
        [1, 5],
      ],
      expected: false,
    },
  ])("says $expected of $shapes and $others", ({ shapes, others, expected }) => {
    expect(canMerge(feedsOf(shapes), feedsOf(others))).toBe(expected);
  });
});

describe("mergeFeeds() and splitOutputs()", () => {
  it("give every part its own rows back, for every type", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...numericTypes, "STRING" as const),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 }),
        (dataType, width, rowCounts) => {
          const parts = rowCounts.map(
            (rowCount, index): Feeds => ({
              tensors: [tensorOf(dataType, rowCount, width, index)],
              rowCount,
            }),
          );
          const merged = mergeFeeds(parts);
          expect(merged.rowCount).toBe(rowCounts.reduce((sum, count) => sum + count, 0));
          expect(splitOutputs(merged.tensors, rowCounts)).toEqual(
            parts.map(({ tensors }) => tensors),
          );
        },
      ),
    );
  });

  it("give undefined for an output whose first dimension does not count the rows", () => {
    const outputs = [tensorOf("FP32", 3, 2, 0), tensorOf("FP32", 2, 2, 0)];
    expect(splitOutputs(outputs, [1, 2])).toBeUndefined();
  });
});
