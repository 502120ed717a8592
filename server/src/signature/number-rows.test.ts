import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import type { Signature } from "../core/signature.ts";
import type { Value } from "../core/value.ts";
import { createNumberRowEncoder } from "./number-rows.ts";
import { createRowEncoder } from "./row-encoder.ts";

const manifest = `
features:
  - { name: a, range: { min: 0, max: 10 } }
  - { name: b }
  - { name: c, missing: fill }`;

const table = (type: "FP32" | "FP64"): Signature =>
  signatureOf({ inputs: [spec("input", type, "N", 3)], manifest });

/** The same features, each an input of its own, which the quick way does not take. */
const apart = (type: "FP32" | "FP64"): Signature =>
  signatureOf({ inputs: ["a", "b", "c"].map((name) => spec(name, type, "N", 1)), manifest });

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(0, -0, 10, 10.000001, 1e39, -1e39));
const anyCell = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 10, noNaN: true }) },
  anyNumber,
  fc.constantFrom<Value>(null, true, "1", 1n, [1]),
);
const anyRow: fc.Arbitrary<Value> = fc.oneof(
  fc.array(anyCell, { minLength: 2, maxLength: 4 }),
  fc.record({ a: anyCell, b: anyCell, c: anyCell }),
  fc.record({ c: anyCell, b: anyCell, a: anyCell }),
  fc.record({ a: anyCell, b: anyCell, toString: anyCell }),
  fc.record({ a: anyCell, b: anyCell, c: anyCell, d: anyCell }, { requiredKeys: ["b"] }),
  fc.constantFrom<Value>(null, 1, "row"),
);

describe("createNumberRowEncoder()", () => {
  it.each(["FP32", "FP64"] as const)("encodes what it takes of %s as other rows are", (type) => {
    const encode = createNumberRowEncoder(table(type));
    const encoder = createRowEncoder(apart(type));
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 3 }), (rows) => {
        const encoded = encode?.(rows);
        fc.pre(encoded !== undefined);
        const { tensors, rowCount } = encoder.encode(rows);
        const columns = tensors.map(({ data }) => data);
        expect(encoded.rowCount).toBe(rowCount);
        expect([...(encoded.tensors[0]?.data ?? [])]).toEqual(
          rows.flatMap((_, row) => columns.map((column) => column[row])),
        );
      }),
      { numRuns: 200 },
    );
  });

  const taken: [string, Value][] = [
    ["a list", [1, 2.5, -3]],
    ["an object in the order of the signature", { a: 1, b: 2.5, c: -3 }],
    ["an object in another order", { c: -3, a: 1, b: 2.5 }],
  ];
  it.each(taken)("encodes %s", (_, row) => {
    const data = Float32Array.of(1, 2.5, -3, 1, 2.5, -3);
    expect(createNumberRowEncoder(table("FP32"))?.([row, row])).toEqual({
      tensors: [{ name: "input", dataType: "FP32", shape: [2, 3], data }],
      rowCount: 2,
    });
  });

  const left: [string, readonly Value[]][] = [
    ["no rows", []],
    ["a row that is too short", [[1, 2]]],
    ["a number out of its range", [[11, 2, 3]]],
    ["a number that FP32 cannot hold", [[1, 1e39, 3]]],
    ["a number that is missing", [[1, 2, null]]],
    ["an unknown name", [{ a: 1, b: 2, d: 3 }]],
    ["a name that every object has", [{ a: 1, b: 2, toString: 3 }]],
  ];
  it.each(left)("leaves %s to the encoder of rows", (_, rows) => {
    expect(createNumberRowEncoder(table("FP32"))?.(rows)).toBeUndefined();
  });

  const others: [string, Signature][] = [
    ["integers", signatureOf({ inputs: [spec("x", "INT32", "N", 1)] })],
    ["two inputs", signatureOf({ inputs: [spec("x", "FP32", "N", 1), spec("y", "FP32", "N", 1)] })],
    ["a feature that is a list", signatureOf({ inputs: [spec("x", "FP32", "N", 4)] })],
    ["an open dimension", signatureOf({ inputs: [spec("x", "FP32", "N", "M")] })],
  ];
  it.each(others)("is not there for a signature of %s", (_, signature) => {
    expect(createNumberRowEncoder(signature)).toBeUndefined();
  });
});
