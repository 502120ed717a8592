import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Contract } from "../../server/src/contracts/contract.ts";
import { deriveContract } from "../../server/src/contracts/derive.ts";
import { createTypedCodecs } from "../../server/src/contracts/typed-codec.ts";
import { ServingError } from "../../server/src/core/errors.ts";
import type { Dimension, Feature, Signature } from "../../server/src/core/signature.ts";
import { elementCount } from "../../server/src/core/tensor.ts";
import { anySignature } from "../support/any-signature.ts";

/** Numbers that lie about the bounds that random signatures have. */
const numbers = [
  -200,
  -1,
  -0.5,
  0,
  -0,
  0.1,
  Math.fround(0.1),
  0.5,
  1,
  3,
  7,
  127,
  128,
  200,
  255,
  65_504,
  65_519,
  65_520,
  1e5,
  1e10,
  1e38,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const texts = ["", "A", "a", "CRIM", "sex", "Sex", "x-y", "größe", "anything"];

/** A value of a field for one element of a feature: often one that the feature takes. */
function anyElement({ dataType, domain }: Feature): fc.Arbitrary<unknown> {
  const near =
    domain.kind === "range"
      ? [domain.min, domain.max, (domain.min + domain.max) / 2].filter(Number.isFinite)
      : domain.kind === "categories"
        ? domain.values
        : [];
  switch (dataType) {
    case "STRING":
      return fc.constantFrom(...texts, ...near);
    case "BOOL":
      return fc.boolean();
    case "INT64":
    case "UINT64": {
      const isFree = dataType === "INT64";
      const wide = [...numbers, ...near].map((each) => wholeOf(each)).map(BigInt);
      return fc.constantFrom(...wide.filter((each) => isFree || each >= 0n));
    }
    case "FP64":
      return fc.constantFrom(...numbers, ...near);
    case "FP32":
    case "FP16":
    case "BF16":
      return fc.constantFrom(...[...numbers, ...near].map(Number).map(Math.fround));
    default: {
      const least = dataType.startsWith("U") ? 0 : -(2 ** 31);
      const whole = [...numbers, ...near].map((each) => Number(wholeOf(each)));
      return fc.constantFrom(...whole.filter((each) => each >= least && each < 2 ** 31));
    }
  }
}

function wholeOf(value: unknown): string | number {
  if (typeof value === "string") return value;
  const number = Math.round(Number(value));
  return Number.isSafeInteger(number) ? number : 0;
}

/** The size that open dimensions mostly have. */
const openSize = 2;

/** The size of a dimension: mostly the one that it must have. */
function anySize(dimension: Dimension, others: readonly number[]): fc.Arbitrary<number> {
  const right = typeof dimension === "number" ? dimension : openSize;
  const other = fc.constantFrom(...others);
  return fc.oneof({ weight: 9, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: other });
}

/** What a row's field holds for a feature; undefined leaves it out. */
function anyField(contract: Contract, signature: Signature, index: number): fc.Arbitrary<unknown> {
  const feature = signature.features[index];
  const carried = contract.features[index];
  if (feature === undefined || carried === undefined) throw new Error("no such feature");
  const element = anyElement(feature);
  const lists = (length: number): fc.Arbitrary<unknown[]> =>
    fc.array(element, { minLength: length, maxLength: length });
  const { form, field } = carried;
  switch (form.kind) {
    case "scalar":
      return fc.oneof(
        { weight: 9, arbitrary: element },
        { weight: 1, arbitrary: fc.constant(undefined) },
      );
    case "enum":
      return fc.constantFrom(undefined, 0, 99, ...form.values.keys(), ...form.values.keys());
    case "list":
      return anySize(feature.shape[0] ?? 0, [0, 1, 2, 3]).chain(lists);
    case "tensor": {
      // Not of size 0: as lists, rows do not tell what is in an empty dimension.
      const shapes = fc.tuple(...feature.shape.map((dimension) => anySize(dimension, [1, 2, 3])));
      return fc
        .tuple(shapes, fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1))
        .chain(([shape, more]) =>
          lists(elementCount(shape) + more).map((values) =>
            field.message === undefined
              ? undefined
              : create(field.message, { shape: shape.map(BigInt), values }),
          ),
        );
    }
  }
}

interface Case {
  readonly signature: Signature;
  readonly contract: Contract;
  readonly rows: readonly Message[];
}

function contractOf(signature: Signature): Contract | undefined {
  const derived = deriveContract({ model: "any-model", number: 1, signature });
  return derived.kind === "ok" ? derived.contract : undefined;
}

const hasContract = (signature: Signature): boolean => contractOf(signature) !== undefined;

const anyCase: fc.Arbitrary<Case> = anySignature.filter(hasContract).chain((signature) => {
  const contract = contractOf(signature);
  if (contract === undefined) throw new Error("it had a contract before");
  const row = fc
    .tuple(...signature.features.map((_, index) => anyField(contract, signature, index)))
    .map((fields) => createRow(contract, fields));
  return fc
    .array(row, { minLength: 0, maxLength: 2 })
    .map((rows) => ({ signature, contract, rows }));
});

function createRow({ row, features }: Contract, fields: readonly unknown[]): Message {
  const given = features.flatMap(({ field }, index) =>
    fields[index] === undefined ? [] : [[field.localName, fields[index]] as const],
  );
  return create(row, Object.fromEntries(given));
}

/** Whether the server takes a request. */
function takes(encode: () => unknown): boolean {
  try {
    encode();
    return true;
  } catch (error) {
    if (error instanceof ServingError && error.reason === "INVALID_INPUT") return false;
    throw error;
  }
}

describe("the rules of a contract", () => {
  const validator = createValidator();
  /** What the rules say of a message. Throws where a rule fails to run. */
  const passes = (desc: DescMessage, message: Message): boolean => {
    const result = validator.validate(desc, message);
    if (result.kind === "error") throw result.error;
    return result.kind === "valid";
  };

  it("take just the rows that the server takes", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(anyCase, ({ signature, contract, rows }) => {
        const { predict, predictBatch } = createTypedCodecs(contract, signature);
        const batch = create(contract.batch, { rows });
        const taken = takes(() => predictBatch.encode(batch));
        expect(passes(contract.batch, batch)).toBe(taken);
        if (taken) seen.taken += 1;
        else seen.refused += 1;
        for (const row of rows) {
          expect(passes(contract.row, row)).toBe(takes(() => predict.encode(row)));
        }
      }),
      { numRuns: 250 },
    );
    expect(seen.taken).toBeGreaterThan(5);
    expect(seen.refused).toBeGreaterThan(5);
  });
});
