import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyTensor } from "../../../test/support/any-tensor.ts";
import { doubles, floats, given } from "../../../test/support/given-tensors.ts";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import { tensorFromProto, tensorToProto } from "../codecs/tensor.ts";
import type { GivenTensor } from "../core/prediction.ts";
import type { Signature } from "../core/signature.ts";
import type { TensorData } from "../core/tensor.ts";
import { createTensorDecoder } from "./tensor-decoder.ts";

const columns = signatureOf({
  inputs: [spec("x", "FP64", "N", 2)],
  manifest:
    "features: [{ name: a, range: { min: 0, max: 1 } }, { name: b, missing: fill, fill: -1 }]",
});
const echo = signatureOf({ inputs: [spec("x", "FP32", "N", "M")] });
const pair = signatureOf({ inputs: [spec("a", "FP32", "N", 1), spec("b", "INT64", "N", 1)] });
const scalar = signatureOf({ inputs: [spec("x", "FP32")] });
const fixed = signatureOf({ inputs: [spec("x", "FP32", 2, 3)] });
const sex = signatureOf({
  inputs: [spec("sex", "STRING", "N", 1)],
  manifest: "features: [{ name: sex, categories: { values: [f, m], closed: true } }]",
});
const brain = signatureOf({
  inputs: [spec("x", "BF16", "N")],
  manifest: "features: [{ name: x, missing: fill, fill: 2 }]",
});

describe("decode()", () => {
  const taken: [string, Signature, GivenTensor[], number, [number[], TensorData][]][] = [
    [
      "rows of columns",
      columns,
      [doubles("x", [2, 2], 0, 5, 1, 6)],
      2,
      [[[2, 2], Float64Array.of(0, 5, 1, 6)]],
    ],
    [
      "an only input without its name",
      columns,
      [doubles("", [1, 2], 0, 5)],
      1,
      [[[1, 2], Float64Array.of(0, 5)]],
    ],
    [
      "inputs in any order",
      pair,
      [given("b", [1, 1], { kind: "int64s", values: [7n] }), floats("a", [1, 1], 1)],
      1,
      [
        [[1, 1], Float32Array.of(1)],
        [[1, 1], BigInt64Array.of(7n)],
      ],
    ],
    [
      "any width where it is open",
      echo,
      [floats("x", [1, 3], 1, 2, 3)],
      1,
      [[[1, 3], Float32Array.of(1, 2, 3)]],
    ],
    ["a width of nothing", echo, [floats("x", [2, 0])], 2, [[[2, 0], new Float32Array(0)]]],
    ["a scalar", scalar, [floats("x", [], 5)], 1, [[[], Float32Array.of(5)]]],
    [
      "a fixed shape, as one row",
      fixed,
      [floats("x", [2, 3], 1, 2, 3, 4, 5, 6)],
      1,
      [[[2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)]],
    ],
    [
      "missing elements where they are filled",
      columns,
      [doubles("x", [3, 2], 0, NaN, 0, Infinity, 0, -Infinity)],
      3,
      [[[3, 2], Float64Array.of(0, -1, 0, -1, 0, -1)]],
    ],
    [
      "missing bfloat16 where it is filled",
      brain,
      [floats("x", [2], NaN, 1)],
      2,
      [[[2], Uint16Array.of(0x4000, 0x3f80)]],
    ],
    [
      "a category",
      sex,
      [given("sex", [2, 1], { kind: "strings", values: ["m", "f"] })],
      2,
      [
        [
          [2, 1],
          ["m", "f"],
        ],
      ],
    ],
  ];
  it.each(taken)("takes %s", (_, signature, tensors, rowCount, expected) => {
    const feeds = createTensorDecoder(signature).decode(tensors);
    expect(feeds.rowCount).toBe(rowCount);
    expect(feeds.tensors.map(({ shape, data }) => [shape, data])).toEqual(expected);
    expect(feeds.tensors.map(({ name }) => name)).toEqual(signature.inputs.map(({ name }) => name));
  });

  it("leaves the caller's bytes as they are when it fills", () => {
    const bytes = new Uint8Array(Float64Array.of(0, Number.NaN).buffer);
    const before = bytes.slice();
    const { tensors } = createTensorDecoder(columns).decode([
      given("x", [1, 2], { kind: "raw", bytes }),
    ]);
    expect(tensors.map(({ data }) => data)).toEqual([Float64Array.of(0, -1)]);
    expect(bytes).toEqual(before);
  });

  it("views bytes that are right where they lie", () => {
    const bytes = new Uint8Array(Float32Array.of(1, 2).buffer);
    const { tensors } = createTensorDecoder(echo).decode([
      given("x", [1, 2], { kind: "raw", bytes }),
    ]);
    expect(tensors.map(({ data }) => (data as Float32Array).buffer)).toEqual([bytes.buffer]);
    bytes.fill(0);
    expect(tensors.map(({ data }) => data)).toEqual([Float32Array.of(0, 0)]);
  });

  it.each(["raw", "typed"] as const)(
    "takes any %s tensor that fits, without changing it",
    (form) => {
      const rows = anyTensor().filter(({ shape }) => shape.length > 0 && shape[0] !== 0);
      fc.assert(
        fc.property(rows, (tensor) => {
          const { name, dataType, shape } = tensor;
          const open = shape.map((_, axis) => `d${axis}`);
          const signature = signatureOf({
            inputs: [spec(name, dataType, ...open)],
            ...(dataType.includes("F")
              ? { manifest: `features: [{ name: f, missing: fill }]` }
              : {}),
          });
          const feeds = createTensorDecoder(signature).decode([
            tensorFromProto(tensorToProto(tensor, form)),
          ]);
          const finite = [...tensor.data].every(
            (element) => typeof element !== "number" || Number.isFinite(element),
          );
          fc.pre(finite);
          expect(feeds).toEqual({ tensors: [tensor], rowCount: shape[0] });
        }),
      );
    },
  );
});
