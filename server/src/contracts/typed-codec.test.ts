import { create } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anySignature } from "../../../test/support/any-signature.ts";
import { contractOf, hasContract, rowMessage } from "../../../test/support/contracts.ts";
import { house, matrix, people, pixels } from "../../../test/support/example-signatures.ts";
import { failureOf, signatureOf, spec, violationsOf } from "../../../test/support/signatures.ts";
import { ServingError } from "../core/errors.ts";
import type { Dimension, Feature, Signature } from "../core/signature.ts";
import { type DataType, isFloatingPoint, type Tensor } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import { createRowDecoder } from "../signature/row-decoder.ts";
import { createRowEncoder } from "../signature/row-encoder.ts";
import { createTypedCodecs, type TypedCodecs } from "./typed-codec.ts";

const sizes: Readonly<Record<string, number>> = { N: 2, M: 3 };
const sizeOf = (dimension: Dimension): number =>
  typeof dimension === "number" ? dimension : (sizes[dimension] ?? 1);

const elements: Partial<Readonly<Record<DataType, fc.Arbitrary<Value>>>> = {
  BOOL: fc.boolean(),
  STRING: fc.constantFrom("", "A", "a", "sepal length"),
  INT64: fc.constantFrom(0n, 1n, 9007199254740993n, -(2n ** 63n)),
  UINT64: fc.constantFrom(0n, 1n, 9007199254740993n, 2n ** 64n - 1n),
};

/** What a field of a contract can hold, whether the feature takes it or not. */
function anyElement({ dataType }: Feature): fc.Arbitrary<Value> {
  const known = elements[dataType];
  if (known !== undefined) return known;
  if (isFloatingPoint(dataType))
    return fc.oneof(fc.double(), fc.constantFrom(0, 0.5, 1, 127, 1e10, Number.NaN, 3e38));
  const isUnsigned = dataType.startsWith("U");
  return fc.integer({ min: isUnsigned ? 0 : -(2 ** 31), max: 2 ** 31 - 1 });
}

function anyValue(feature: Feature): fc.Arbitrary<Value | undefined> {
  const { domain, shape } = feature;
  const isListed = domain.kind === "categories";
  const isEnum = isListed && domain.closed && shape.length === 0;
  let value: fc.Arbitrary<Value> = isListed
    ? fc.constantFrom(...domain.values)
    : anyElement(feature);
  if (isListed && !isEnum && (feature.dataType === "INT64" || feature.dataType === "UINT64"))
    value = fc.constantFrom(...domain.values.map((each) => BigInt(Number(each))));
  for (const dimension of shape.toReversed()) {
    const length = sizeOf(dimension);
    value = fc.array(value, { minLength: length, maxLength: length });
  }
  // A list of any length that is left out is an empty one.
  const isOpenList = shape.length === 1 && typeof shape[0] === "string";
  return isOpenList ? value : fc.option(value, { nil: undefined, freq: 12 });
}

const rowsOf = (signature: Signature): fc.Arbitrary<(Value | undefined)[][]> =>
  fc.array(fc.tuple(...signature.features.map(anyValue)), { minLength: 1, maxLength: 3 });

/** The inputs that a step gives, or how it describes what does not fit. */
function outcomeOf(step: () => unknown): unknown {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    return error.violations.map(({ description }) => description);
  }
}

function codecsOf(signature: Signature): TypedCodecs & { batchOf: (rows: object[]) => object } {
  const contract = contractOf(signature);
  return {
    ...createTypedCodecs(contract, signature),
    batchOf: (rows) => create(contract.batch, { rows }),
  };
}

describe("encode()", () => {
  it("gives what the encoder of rows gives, and refuses what that refuses, for any signature", () => {
    const cases = anySignature
      .filter(hasContract)
      .chain((signature) =>
        fc.record({ signature: fc.constant(signature), rows: rowsOf(signature) }),
      );
    fc.assert(
      fc.property(cases, ({ signature, rows }) => {
        const contract = contractOf(signature);
        const { batchOf, predictBatch } = codecsOf(signature);
        const messages = rows.map((values) => rowMessage(contract, values));
        const objects = rows.map((values): Value => {
          const row: Record<string, Value> = Object.create(null);
          for (const [index, { name }] of signature.features.entries()) {
            const value = values[index];
            if (value !== undefined) row[name] = value;
          }
          return row;
        });
        expect(outcomeOf(() => predictBatch.encode(batchOf(messages)))).toEqual(
          outcomeOf(() => createRowEncoder(signature).encode(objects)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("names every field that is missing, of one row by its name and of several by its row", () => {
    const { predict, predictBatch, batchOf } = codecsOf(house);
    const contract = contractOf(house);
    const row = rowMessage(contract, [1]);
    expect(violationsOf(() => predict.encode(row))).toEqual(["RM: missing", "LSTAT: missing"]);
    const rows = [rowMessage(contract, [1, 2, 3]), rowMessage(contract, [1, 2])];
    expect(violationsOf(() => predictBatch.encode(batchOf(rows)))).toEqual([
      "rows[1].LSTAT: missing",
    ]);
  });

  it("refuses a batch without rows", () => {
    const { predictBatch, batchOf } = codecsOf(house);
    expect(violationsOf(() => predictBatch.encode(batchOf([])))).toEqual([
      "rows: expected at least one row, got none",
    ]);
  });

  it("refuses numbers of an enum that stand for nothing, beside what else does not fit", () => {
    const { predict } = codecsOf(people);
    const row = { ...rowMessage(contractOf(people), [undefined, true, 9n]), sex: 99 };
    expect(violationsOf(() => predict.encode(row))).toEqual([
      "sex: expected one of SEX_FEMALE, SEX_MALE, got 99",
      "class: expected a number from 1 to 3, got 9",
    ]);
  });

  it("takes the value 0 of an enum for none", () => {
    const { predict } = codecsOf(people);
    const row = { ...rowMessage(contractOf(people), [undefined, true, 1n]), sex: 0 };
    expect(violationsOf(() => predict.encode(row))).toEqual(["sex: missing"]);
  });

  it.each([
    { values: [], told: "x: missing" },
    { values: [1, 2], told: "x: expected a list of 3 values, got 2" },
    { values: [1, Number.NaN, 3], told: "x[1]: expected a finite number, got NaN" },
  ])("tells of a list $values", ({ values, told }) => {
    const { predict } = codecsOf(pixels);
    expect(violationsOf(() => predict.encode(rowMessage(contractOf(pixels), [values])))).toEqual([
      told,
    ]);
  });

  it.each([
    { shape: [3, 2], count: 6, told: "x.shape: expected the shape [2, 3], got [3, 2]" },
    { shape: [6], count: 6, told: "x.shape: expected the shape [2, 3], got [6]" },
    { shape: [2, 3], count: 5, told: "x.values: expected 6 values, as the shape says, got 5" },
  ])("tells of a tensor of shape $shape with $count values", ({ shape, count, told }) => {
    const { predict } = codecsOf(matrix);
    const row = { x: { shape, values: Array.from({ length: count }, () => 0) } };
    expect(violationsOf(() => predict.encode(row))).toEqual([told]);
  });

  it("names the element of a tensor that does not fit by its place among the values", () => {
    const signature = signatureOf({ inputs: [spec("x", "FP32", "N", 2, 3)] });
    const row = { x: { shape: [2, 3], values: [1, 2, 3, 4, Number.POSITIVE_INFINITY, 6] } };
    expect(violationsOf(() => codecsOf(signature).predict.encode(row))).toEqual([
      "x.values[4]: expected a finite number, got Infinity",
    ]);
  });
});

const outputs = [spec("label", "INT64", "N"), spec("scores", "FP64", "N", 2)];
const classed = signatureOf({
  inputs: [spec("x", "FP64", "N", 1)],
  outputs,
  manifest: "classes: [{ value: 0, label: benign }, { value: 1, label: malignant }]",
});

const answered = (labels: readonly bigint[], scores: readonly number[]): readonly Tensor[] => [
  { name: "label", dataType: "INT64", shape: [labels.length], data: BigInt64Array.from(labels) },
  { name: "scores", dataType: "FP64", shape: [labels.length, 2], data: Float64Array.from(scores) },
];

describe("decode()", () => {
  it("writes one answer for each row, with the class as a value of its enum", () => {
    const decoded = codecsOf(classed).predictBatch.decode(
      answered([1n, 0n], [0.25, 0.75, 0.5, 0.5]),
      { tensors: [], rowCount: 2 },
    );
    const $typeName = "presage.models.model.v1.Prediction";
    expect(decoded).toEqual({
      $typeName: "presage.models.model.v1.PredictBatchResponse",
      rows: [
        { $typeName, class: 2, label: 1n, scores: [0.25, 0.75] },
        { $typeName, class: 1, label: 0n, scores: [0.5, 0.5] },
      ],
    });
  });

  it("refuses a class that the manifest does not label, as rows do", () => {
    const codecs = codecsOf(classed);
    const [asTyped, asRows] = [
      failureOf(() => codecs.predict.decode(answered([7n], [0, 1]), { tensors: [], rowCount: 1 })),
      failureOf(() => createRowDecoder(classed).decode(answered([7n], [0, 1]), 1)),
    ];
    expect(asTyped).toMatchObject({ reason: "MODEL_ANSWER_INVALID", message: asRows.message });
  });

  it("refuses an output that is not split into the rows", () => {
    const decode = (): object =>
      codecsOf(classed).predictBatch.decode(answered([1n], [0, 1]), { tensors: [], rowCount: 2 });
    expect(failureOf(decode).message).toBe(
      "the output label of shape [1] does not split into 2 rows; ask for one row",
    );
  });
});
