import fc from "fast-check";
import type {
  ClassLabel,
  Dimension,
  Domain,
  Feature,
  Signature,
  TensorSpec,
} from "../../server/src/core/signature.ts";
import { type DataType, dataTypes, isFloatingPoint } from "../../server/src/core/tensor.ts";
import type { Value } from "../../server/src/core/value.ts";

const oddNames = [
  "CRIM",
  "sepal length (cm)",
  "sepal_length",
  "sepalLength",
  "sepal__length",
  "sepal length",
  "Sex",
  "sex",
  "SEX",
  "a_b",
  "aB",
  "a_B",
  "ab",
  "_a",
  "a_",
  "__proto__",
  "constructor",
  "toString",
  "message",
  "optional",
  "repeated",
  "reserved",
  "string",
  "package",
  "class",
  "rows",
  "Prediction",
  "ModelRow",
  "FloatTensor",
  "1st",
  "2nd floor",
  "_0x20_",
  "a_0x5f_b",
  "x-y",
  "größe",
  "年齢",
  "🙂",
  "[ext]",
  'quote"d',
  "back\\slash",
  "tab\there",
  "line\nbreak",
  "//",
  " ",
  "$typeName",
  "buf",
  "this",
  "true",
  "in",
  "size",
];

/** Names of features: plain ones, odd ones, and any text that UTF-8 can write. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...oddNames) },
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z]{1,6}(_[a-z0-9]{1,4}){0,2}$/) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }) },
);

const anyDimension: fc.Arbitrary<Dimension> = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom("N", "M"),
);

/** The dimensions of a feature in one row. */
const anyShape: fc.Arbitrary<readonly Dimension[]> = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.tuple(anyDimension) },
  { weight: 1, arbitrary: fc.array(anyDimension, { minLength: 2, maxLength: 3 }) },
);

const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.constantFrom(0, 0.1, -0.1, 0.5, 127, 128, 255, 65_504, 65_520, 1e5, 1e10, -1e10),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
);

function categoriesOf(dataType: DataType): fc.Arbitrary<readonly Value[]> {
  const lists = (item: fc.Arbitrary<Value>): fc.Arbitrary<readonly Value[]> =>
    fc.array(item, { minLength: 1, maxLength: 4 });
  if (dataType === "STRING") return lists(fc.oneof(anyName, fc.constantFrom("", "A", "a", "A_B")));
  if (dataType === "BOOL") return lists(fc.boolean());
  if (dataType === "INT64" || dataType === "UINT64") {
    return lists(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant("9007199254740993")));
  }
  const isInteger = !isFloatingPoint(dataType);
  return lists(
    isInteger ? fc.integer({ min: 0, max: 9 }) : fc.constantFrom(0, 0.1, 0.5, 1, -0.5, 7),
  );
}

function domainOf(dataType: DataType): fc.Arbitrary<Domain> {
  const any = fc.constant<Domain>({ kind: "any" });
  const categories = fc
    .record({ values: categoriesOf(dataType), closed: fc.boolean() })
    .map((each): Domain => ({ kind: "categories", ...each }));
  if (dataType === "STRING" || dataType === "BOOL") return fc.oneof(any, categories);
  const range = fc.tuple(anyNumber, anyNumber, fc.integer({ min: 0, max: 3 })).map(
    ([one, other, open]): Domain => ({
      kind: "range",
      min: open === 1 ? Number.NEGATIVE_INFINITY : Math.min(one, other),
      max: open === 2 ? Number.POSITIVE_INFINITY : Math.max(one, other),
    }),
  );
  return fc.oneof(any, categories, range);
}

function fillOf(dataType: DataType): number | bigint | string | boolean {
  if (dataType === "STRING") return "";
  if (dataType === "BOOL") return false;
  return isFloatingPoint(dataType) ? Number.NaN : 0;
}

type FreeFeature = Omit<Feature, "name" | "input" | "offset">;

const anyFeature: fc.Arbitrary<FreeFeature> = fc.constantFrom(...dataTypes).chain((dataType) =>
  fc
    .record({
      shape: anyShape,
      domain: domainOf(dataType),
      isFilled: fc.boolean(),
      description: fc.oneof(fc.constant(""), fc.string({ unit: "grapheme", maxLength: 30 })),
      unit: fc.constantFrom("", "cm", "%"),
    })
    .map(
      ({ isFilled, ...rest }): FreeFeature => ({
        ...rest,
        dataType,
        missing: isFilled ? { kind: "fill", fill: fillOf(dataType) } : { kind: "reject" },
      }),
    ),
);

const anyOutput: fc.Arbitrary<TensorSpec> = fc.record({
  name: anyName.filter((name) => name !== "class"),
  dataType: fc.constantFrom(...dataTypes),
  shape: anyShape.map((shape) => ["rows", ...shape]),
});

const anyLabels: fc.Arbitrary<readonly ClassLabel[]> = fc
  .uniqueArray(anyName, { minLength: 1, maxLength: 4 })
  .map((labels) =>
    labels.map((label, value) => ({ value, label, description: value === 0 ? "The first." : "" })),
  );

/** A signature whose features each have an input of their own, as many models have. */
export const anySignature: fc.Arbitrary<Signature> = fc
  .record({
    names: fc.uniqueArray(anyName, { minLength: 1, maxLength: 6 }),
    features: fc.array(anyFeature, { minLength: 6, maxLength: 6 }),
    outputs: fc.uniqueArray(anyOutput, { maxLength: 3, selector: ({ name }) => name }),
    labels: fc.option(anyLabels, { nil: undefined }),
    maxRows: fc.constantFrom(1, Number.POSITIVE_INFINITY),
  })
  .map(({ names, features, outputs, labels, maxRows }) => {
    const own = outputs.filter(({ name }) => labels === undefined || name !== "label");
    const label: TensorSpec = { name: "label", dataType: "INT64", shape: ["rows"] };
    return signatureFrom({
      features: features.slice(0, names.length).map((each, index) => ({
        ...each,
        name: names[index] ?? "",
      })),
      outputs: labels === undefined ? own : [label, ...own],
      labels,
      maxRows,
    });
  });

/** What a signature is made from. */
export interface SignatureFacts {
  readonly features: readonly Omit<Feature, "input" | "offset">[];
  readonly outputs: readonly TensorSpec[];
  readonly labels?: readonly ClassLabel[] | undefined;
  readonly maxRows?: number;
}

/** Makes a signature with an input for each feature. */
export function signatureFrom(facts: SignatureFacts): Signature {
  const { features, outputs, labels, maxRows = Number.POSITIVE_INFINITY } = facts;
  return {
    inputs: features.map(({ name, dataType, shape }) => ({
      name,
      dataType,
      shape: ["rows", ...(shape.length === 0 ? [1] : shape)],
    })),
    outputs,
    features: features.map((feature, input) => ({ ...feature, input, offset: 0 })),
    classes: labels === undefined ? undefined : { output: "label", labels },
    rowAxis: true,
    maxRows,
  };
}
