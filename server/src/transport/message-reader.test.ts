import { create, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PredictRequestSchema } from "@presage/gen/presage/v1/inference_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractOf } from "../../../test/support/contracts.ts";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import { compileMessageReader } from "./message-reader.ts";

const { row, batch } = contractOf(
  signatureOf({
    inputs: [
      spec("x", "FP64", "N", 1),
      spec("small", "FP32", "N", 1),
      spec("count", "INT64", "N", 1),
      spec("level", "UINT8", "N", 1),
      spec("sex", "STRING", "N", 1),
      spec("port", "STRING", "N", 1),
      spec("alone", "BOOL", "N", 1),
      spec("texts", "STRING", "N", 2),
      spec("pixels", "FP32", "N", 3),
      spec("image", "INT32", "N", 2, 2),
    ],
    manifest: `
features:
  - { name: x }
  - { name: small }
  - { name: count }
  - { name: level }
  - { name: sex, categories: { values: [female, male], closed: true } }
  - { name: port }
  - { name: alone }
  - { name: texts }
  - { name: pixels }
  - { name: image }`,
  }),
);

const fields = {
  x: fc.double(),
  small: fc.float(),
  count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  level: fc.nat(0xffff_ffff),
  sex: fc.integer({ min: 0, max: 9 }),
  port: fc.string({ unit: "grapheme" }),
  alone: fc.boolean(),
  texts: fc.array(fc.string({ unit: "grapheme" })),
  pixels: fc.array(fc.float()),
  image: fc.record({
    shape: fc.array(fc.nat(9).map(BigInt)),
    values: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  }),
};
const anyRow = fc.record(fields, { requiredKeys: [] });

/** The message that a step reads, or that it fails. */
function attempt(step: () => unknown): unknown {
  try {
    return step();
  } catch {
    return "malformed";
  }
}

function expectSame(schema: DescMessage, bytes: Uint8Array): void {
  const read = compileMessageReader(schema);
  expect(attempt(() => read(bytes))).toEqual(attempt(() => fromBinary(schema, bytes)));
}

describe("compileMessageReader()", () => {
  it("reads rows as the library does", () => {
    fc.assert(fc.property(anyRow, (init) => expectSame(row, toBinary(row, create(row, init)))));
  });

  it("reads lists of rows as the library does", () => {
    const anyBatch = fc.array(anyRow, { maxLength: 3 });
    fc.assert(
      fc.property(anyBatch, (rows) => expectSame(batch, toBinary(batch, create(batch, { rows })))),
    );
  });

  it("reads what is cut off or changed as the library does", () => {
    const changes = fc.record({
      init: anyRow,
      cut: fc.nat(40),
      at: fc.nat(400),
      byte: fc.nat(255),
    });
    fc.assert(
      fc.property(changes, ({ init, cut, at, byte }) => {
        const bytes = toBinary(row, create(row, init));
        expectSame(row, bytes.subarray(0, Math.max(0, bytes.byteLength - cut)));
        if (at < bytes.byteLength) bytes[at] = byte;
        expectSame(row, bytes);
      }),
    );
  });

  it("keeps fields that are not known", () => {
    const bytes = Uint8Array.of(0xf8, 0x06, 0x01);
    expect(compileMessageReader(row)(bytes).$unknown).toHaveLength(1);
  });

  it("leaves other messages to the library", () => {
    const message = create(PredictRequestSchema, { model: "iris", tensors: [{ shape: [1n] }] });
    expectSame(PredictRequestSchema, toBinary(PredictRequestSchema, message));
  });
});
