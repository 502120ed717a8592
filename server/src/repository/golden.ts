import type { GoldenExample } from "@presage/gen/presage/v1/manifest_pb";
import { tensorFromProto, tensorToProto } from "../codecs/tensor.ts";
import { valueFromProto, valueToProto } from "../codecs/value.ts";
import type { GenericInput, GenericOutput, GivenTensor } from "../core/prediction.ts";
import type { Tensor } from "../core/tensor.ts";
import { isValueList, isValueObject, showValue, type Value } from "../core/value.ts";

const defaultTolerance = 1e-6;

/** Returns the input of a golden example. */
export function goldenInput(example: GoldenExample): GenericInput {
  return example.rows.length > 0
    ? { kind: "rows", rows: example.rows.map(valueFromProto) }
    : { kind: "tensors", tensors: example.tensors.map(tensorFromProto) };
}

/** Returns how an answer differs from what a golden example expects; empty if it does not. */
export function compareGolden(example: GoldenExample, answer: GenericOutput): readonly string[] {
  const tolerance = example.tolerance ?? defaultTolerance;
  switch (answer.kind) {
    case "rows":
      return example.expectRows.flatMap((expected, index) =>
        compareValues(valueFromProto(expected), givenRow(answer.rows[index]), {
          path: `rows[${index}]`,
          tolerance,
        }),
      );
    case "tensors":
      return example.expectTensors.flatMap((message) => {
        const expected = tensorFromProto(message);
        const actual = answer.tensors.find((tensor) => tensor.name === expected.name);
        const scope = { path: `tensors.${expected.name}`, tolerance };
        if (actual === undefined) return [`${scope.path}: the model has no such output`];
        const shape = compareValues(expected.shape.map(Number), actual.shape, {
          path: `${scope.path}.shape`,
          tolerance: 0,
        });
        const given = givenTensor(actual, expected.content.kind === "raw" ? "raw" : "typed");
        return [...shape, ...compareValues(elementsOf(expected), elementsOf(given), scope)];
      });
  }
}

// An answer is written and read again, so that both sides are compared in the caller's form.

function givenRow(row: Value | undefined): Value | undefined {
  return row === undefined ? undefined : valueFromProto(valueToProto(row));
}

function givenTensor(tensor: Tensor, form: "raw" | "typed"): GivenTensor {
  return tensorFromProto(tensorToProto(tensor, form));
}

function elementsOf({ content }: GivenTensor): Value {
  switch (content.kind) {
    case "none":
      return null;
    case "raw":
      return [...content.bytes];
    case "floats":
    case "doubles":
    case "int32s":
    case "int64s":
    case "uint64s":
    case "bools":
    case "strings":
      return content.values;
  }
}

interface Comparison {
  readonly path: string;
  readonly tolerance: number;
}

function compareValues(
  expected: Value,
  actual: Value | undefined,
  { path, tolerance }: Comparison,
): readonly string[] {
  if (isValueObject(expected) && actual !== undefined && isValueObject(actual)) {
    return Object.entries(expected).flatMap(([name, value]) =>
      compareValues(value, actual[name], { path: `${path}.${name}`, tolerance }),
    );
  }
  if (isValueList(expected) && actual !== undefined && isValueList(actual)) {
    if (expected.length !== actual.length) {
      return [`${path}: expected a list of ${expected.length}, got ${actual.length}`];
    }
    return expected.flatMap((value, index) =>
      compareValues(value, actual[index], { path: `${path}[${index}]`, tolerance }),
    );
  }
  const equal =
    typeof expected === "number" && typeof actual === "number"
      ? areClose(expected, actual, tolerance)
      : Object.is(expected, actual);
  return equal ? [] : [`${path}: expected ${showValue(expected)}, got ${showValue(actual)}`];
}

function areClose(expected: number, actual: number, tolerance: number): boolean {
  if (!Number.isFinite(expected) || !Number.isFinite(actual)) return Object.is(expected, actual);
  return Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected));
}
