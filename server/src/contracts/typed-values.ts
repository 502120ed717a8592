import type { Feature, Signature } from "../core/signature.ts";
import { elementCount } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import type { Contract, FeatureField, FieldForm } from "./contract.ts";
import { compileListReader, isKnown, type Part, plainOf } from "./typed-part.ts";

/** What does not fit in a row, and only the contract's form can get wrong. */
export interface FormViolation {
  /** The field's name. */
  readonly field: string;
  /** What of the field: "", or a part such as `.shape`. */
  readonly part: string;
  readonly description: string;
}

type Tell = (violation: FormViolation) => void;

/** Reads a row of a contract as the values of a row that any model takes. */
export type ValuesReader = (row: Part, tell: Tell) => Value;

type FieldReader = (row: Part, tell: Tell) => Value | undefined;

/**
 * Compiles the reader. It tells what only the contract's form can get wrong: numbers
 * of an enum that stand for nothing, tensors whose values are not what their shape
 * says. What it has told of is read as missing.
 */
export function compileValuesReader(contract: Contract, signature: Signature): ValuesReader {
  const fields = signature.features.map((feature, index) => ({
    name: feature.name,
    read: compileField(feature, contract.features[index]),
  }));
  return (row, tell) => {
    // Without a prototype, so that a feature may be called `__proto__`.
    const values: Record<string, Value> = Object.create(null);
    for (const { name, read } of fields) {
      const value = read(row, tell);
      if (value !== undefined) values[name] = value;
    }
    return values;
  };
}

function compileField(feature: Feature, carried: FeatureField | undefined): FieldReader {
  if (carried === undefined) throw new Error(`the contract has no field for ${feature.name}`);
  const { field, form } = carried;
  switch (form.kind) {
    case "scalar":
      return (row) => plainOf(row[field.localName]);
    case "enum":
      return compileEnum(carried, form);
    case "list":
    case "tensor":
      return compileList(feature, carried);
  }
}

function compileEnum(
  { field }: FeatureField,
  { values }: Extract<FieldForm, { kind: "enum" }>,
): FieldReader {
  const names = (field.enum?.values ?? []).filter(({ number }) => values.has(number));
  const expected = `expected one of ${names.map(({ name }) => name).join(", ")}`;
  return (row, tell) => {
    const number = row[field.localName];
    if (!isKnown(values, number))
      tell({ field: field.name, part: "", description: `${expected}, got ${Number(number)}` });
    return values.get(Number(number));
  };
}

function compileList({ shape: dimensions }: Feature, { field, form }: FeatureField): FieldReader {
  const read = compileListReader(field, form);
  const expected = `expected the shape [${dimensions.join(", ")}]`;
  return (row, tell) => {
    const given = read(row);
    if (given === undefined) return undefined;
    const { shape, values } = given;
    // A list that is empty was not given, unless it may be empty.
    if (shape === undefined)
      return values.length === 0 && dimensions[0] !== 0 && typeof dimensions[0] === "number"
        ? undefined
        : values.map(elementOf);
    const fits = (size: number, axis: number): boolean =>
      typeof dimensions[axis] === "string" || dimensions[axis] === size;
    if (shape.length !== dimensions.length || !shape.every(fits)) {
      const description = `${expected}, got [${shape.join(", ")}]`;
      tell({ field: field.name, part: ".shape", description });
      return undefined;
    }
    const count = elementCount(shape);
    if (values.length === count) return nest(values, shape);
    const description = `expected ${count} values, as the shape says, got ${values.length}`;
    tell({ field: field.name, part: ".values", description });
    return undefined;
  };
}

const elementOf = (value: unknown): Value => plainOf(value) ?? null;

function nest(values: readonly unknown[], [size, ...inner]: readonly number[]): Value {
  if (size === undefined) return elementOf(values[0]);
  if (inner.length === 0) return values.map(elementOf);
  const step = values.length / size;
  return Array.from({ length: size }, (_, index) =>
    nest(values.slice(index * step, (index + 1) * step), inner),
  );
}
