import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../../test/support/signatures.ts";
import type { Feeds } from "../../core/feeds.ts";
import type { Feature } from "../../core/signature.ts";
import type { Tensor, TensorData } from "../../core/tensor.ts";
import type { ReferenceColumn } from "./reference.ts";
import { createReferenceBuilder } from "./reference-builder.ts";
import { watchColumns } from "./watched-column.ts";

const everyRow = Number.POSITIVE_INFINITY;

/** The reference of one column, given as the only input. */
function gather(
  dataType: Feature["dataType"],
  data: TensorData,
  feature: object = {},
): ReferenceColumn | undefined {
  const signature = signatureOf({
    inputs: [spec("x", dataType, "N", 1)],
    manifest: JSON.stringify({ features: [{ name: "x", ...feature }] }),
  });
  const builder = createReferenceBuilder(watchColumns(signature), everyRow);
  builder.takeAll(feedsOf({ name: "x", dataType, shape: [data.length, 1], data }), []);
  return builder.finish().columns[0];
}

function feedsOf(tensor: Tensor): Feeds {
  return { tensors: [tensor], rowCount: tensor.shape[0] ?? 1 };
}

describe("createReferenceBuilder()", () => {
  it("counts numbers by cells, NaN and fills as missing, and what is out of range", () => {
    const data = Float64Array.of(1, 2, 2, Number.NaN, 9, -1, -1);
    const range = { min: 0, max: 5 };
    expect(gather("FP64", data, { range, missing: "fill", fill: -1 })).toEqual({
      name: "x",
      kind: "numbers",
      edges: [0.5, 1.5, 5.5, 9.5],
      counts: [0, 1, 2, 1, 0],
      missing: 3,
      outOfRange: 1,
    });
  });

  it("counts infinities as above and below all others", () => {
    const data = Float64Array.of(1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2);
    expect(gather("FP64", data)).toMatchObject({ counts: [1, 1, 1, 1], outOfRange: 2 });
  });

  it("has one cell for numbers that are all missing", () => {
    const data = Float64Array.of(Number.NaN, Number.NaN);
    expect(gather("FP64", data)).toMatchObject({ edges: [], counts: [0], missing: 2 });
  });

  it("counts texts that came more than once, the most frequent first, and all others together", () => {
    const data = ["b", "a", "b", "once", "a", "b", "", "long".repeat(40), "long".repeat(40)];
    expect(gather("STRING", data, { missing: "fill" })).toEqual({
      name: "x",
      kind: "categories",
      values: ["b", "a"],
      counts: [3, 2, 3],
      missing: 1,
      outOfRange: 0,
    });
  });

  it("keeps the manifest's categories, however rare", () => {
    const categories = { values: ["a", "b", "c"], closed: false };
    expect(gather("STRING", ["b", "x", "b", "a"], { categories })).toMatchObject({
      values: ["b", "a", "c"],
      counts: [2, 1, 0, 1],
      outOfRange: 1,
    });
  });

  it("counts 64 categories by themselves", () => {
    const data = Array.from({ length: 200 }, (_, index) => `${index % 100}`);
    const column = gather("STRING", data);
    expect(column?.counts).toEqual([...Array.from({ length: 64 }, () => 2), 72]);
  });

  it("counts booleans and closed numbers as categories", () => {
    expect(gather("BOOL", Uint8Array.of(1, 0, 1, 0, 1))).toMatchObject({
      values: [1, 0],
      counts: [3, 2, 0],
    });
    const categories = { values: [1, 2], closed: true };
    expect(gather("INT64", BigInt64Array.of(2n, 2n, 1n), { categories })).toMatchObject({
      values: [2, 1],
      counts: [2, 1, 0],
    });
  });

  it("takes answers by name, and only those that are one value a row", () => {
    const signature = signatureOf({
      inputs: [spec("x", "FP64", "N", 1)],
      outputs: [spec("y", "FP64", "N", 1), spec("z", "FP64", "N", 1)],
    });
    const builder = createReferenceBuilder(watchColumns(signature), everyRow);
    const two = Float64Array.of(1, 2);
    builder.takeAll(feedsOf({ name: "x", dataType: "FP64", shape: [2, 1], data: two }), [
      { name: "z", dataType: "FP64", shape: [2, 1], data: two },
      { name: "y", dataType: "FP64", shape: [1, 1], data: Float64Array.of(5) },
    ]);
    expect(builder.finish().columns.map(({ name, counts }) => [name, counts])).toEqual([
      ["x", [0, 1, 1, 0]],
      ["y", [0]],
      ["z", [0, 1, 1, 0]],
    ]);
  });

  it("takes as many rows as it was made for", () => {
    const signature = signatureOf({ inputs: [spec("x", "FP64", "N", 1)] });
    const builder = createReferenceBuilder(watchColumns(signature), 700);
    const data = Float64Array.from({ length: 600 }, (_, index) => index);
    const feeds = feedsOf({ name: "x", dataType: "FP64", shape: [600, 1], data });
    builder.takeAll(feeds, []);
    expect(builder.isFull).toBe(false);
    builder.takeAll(feeds, []);
    expect(builder.isFull).toBe(true);
    const { rows, columns } = builder.finish();
    expect([rows, columns[0]?.counts.reduce((sum, count) => sum + count)]).toEqual([700, 700]);
  });
});
