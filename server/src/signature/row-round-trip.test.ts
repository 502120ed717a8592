import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fixed,
  house,
  matrix,
  open,
  openMatrix,
  pair,
  people,
  pixels,
  scalar,
} from "../../../test/support/example-signatures.ts";
import { failureOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import { bfloat16ToNumber } from "../core/bfloat16.ts";
import { type DataType, dataTypes, type TensorData } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createRowDecoder } from "./row-decoder.ts";
import { createRowEncoder } from "./row-encoder.ts";

/** Any value that a type can hold exactly, as a row carries it. */
const cells: Readonly<Record<DataType, fc.Arbitrary<Value>>> = {
  BOOL: fc.boolean(),
  STRING: fc.string({ unit: "binary" }),
  UINT8: fc.integer({ min: 0, max: 0xff }),
  UINT16: fc.integer({ min: 0, max: 0xffff }),
  UINT32: fc.integer({ min: 0, max: 0xffff_ffff }),
  UINT64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  INT8: fc.integer({ min: -0x80, max: 0x7f }),
  INT16: fc.integer({ min: -0x8000, max: 0x7fff }),
  INT32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  INT64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  FP16: fc
    .integer({ min: 0, max: 0x7bff })
    .map((bits) => Number(new Float16Array(Uint16Array.of(bits).buffer)[0])),
  FP32: fc.float({ noNaN: true, noDefaultInfinity: true }),
  FP64: fc.double({ noNaN: true, noDefaultInfinity: true }),
  BF16: fc.integer({ min: 0, max: 0x7f7f }).map(bfloat16ToNumber),
};

describe("encode() and decode()", () => {
  it.each(dataTypes)("carry every row of %s there and back", (type) => {
    const input = spec("x", type, "N", 2, 3);
    const signature = signatureOf({ inputs: [input], outputs: [input] });
    const row = fc.array(fc.array(cells[type], { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (rows) => {
        const { tensors, rowCount } = createRowEncoder(signature).encode(rows);
        const decoded = createRowDecoder(signature).decode(tensors, rowCount);
        expect(decoded.map((each) => each["x"])).toEqual(rows);
      }),
    );
  });

  it("carry numbers of any precision as the type rounds them", () => {
    const rounding: [DataType, (value: number) => TensorData][] = [
      ["FP32", (value) => Float32Array.of(value)],
      ["FP16", (value) => Float16Array.of(value)],
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...rounding),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        ([type, round], value) => {
          const signature = signatureOf({ inputs: [spec("x", type, "N", 1)] });
          expect(createRowEncoder(signature).encode([[value]]).tensors[0]?.data).toEqual(
            round(value),
          );
        },
      ),
    );
  });

  it("never throw anything but violations, whatever the rows are", () => {
    const signatures = [house, people, pixels, open, matrix, openMatrix, scalar, fixed, pair];
    const anything = fc.array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...signatures), anything, (signature, rows) => {
        let outcome: string;
        try {
          createRowEncoder(signature).encode(rows as Value[]);
          outcome = "encoded";
        } catch (error) {
          outcome = failureOf(() => {
            throw error;
          }).reason;
        }
        expect(["encoded", "INVALID_INPUT"]).toContain(outcome);
      }),
      { numRuns: 500 },
    );
  });
});
