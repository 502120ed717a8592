import { bfloat16ToNumber } from "../core/bfloat16.ts";
import type { Feeds } from "../core/feeds.ts";
import type { GivenTensor } from "../core/prediction.ts";
import {
  type Feature,
  type Signature,
  showDimensions,
  type TensorSpec,
} from "../core/signature.ts";
import { elementCount, type Tensor, type TensorData } from "../core/tensor.ts";
import { createViolationList, type ViolationList } from "../core/violations.ts";
import { createElementBuffer, type Element } from "./element-buffer.ts";
import { createElementRule, type ElementRule, Rejection } from "./element-rule.ts";
import { decodeContent } from "./tensor-content.ts";

/** Turns the tensors of a request into a model's inputs. */
export interface TensorDecoder {
  /**
   * Checks and decodes one tensor for each input, in any order. Throws
   * INVALID_INPUT with every violation. Raw elements are viewed, not copied,
   * where their alignment allows.
   */
  decode(tensors: readonly GivenTensor[]): Feeds;
}

interface CompiledFeature {
  readonly feature: Feature;
  readonly rule: ElementRule;
}

/** Compiles the decoder of a signature. */
export function createTensorDecoder(signature: Signature): TensorDecoder {
  const featuresOf = signature.inputs.map((_, input) =>
    signature.features
      .filter((feature) => feature.input === input)
      .map((feature) => ({ feature, rule: createElementRule(feature) }))
      .filter(({ rule }) => !rule.checksNothing),
  );

  return {
    decode(given) {
      const violations = createViolationList();
      const assigned = assignInputs(given, signature.inputs, violations);
      const sizes = new Map<string, number>();
      const tensors = signature.inputs.map((spec, input): Tensor | undefined => {
        const place = assigned[input];
        const tensor = place === undefined ? undefined : given[place];
        if (tensor === undefined) return undefined;
        const path = `tensors[${place}]`;
        const shape = checkShape(tensor, spec, { sizes, violations, path });
        if (shape === undefined) return undefined;
        if (signature.rowAxis && shape[0] === 0) {
          violations.add(`${path}.shape`, "expected at least one row, got 0");
          return undefined;
        }
        const data = decodeContent({ ...tensor, spec, shape }, path, violations);
        if (data === undefined) return undefined;
        const rows = signature.rowAxis ? (shape[0] ?? 1) : 1;
        const checked = { path, rows, data, dataType: spec.dataType, violations };
        const final = checkElements(checked, featuresOf[input] ?? []);
        return { name: spec.name, dataType: spec.dataType, shape, data: final };
      });
      violations.throwIfAny();
      const feeds = tensors.filter((tensor) => tensor !== undefined);
      return { tensors: feeds, rowCount: signature.rowAxis ? (feeds[0]?.shape[0] ?? 1) : 1 };
    },
  };
}

/** Finds the place of each input's tensor in the request. */
function assignInputs(
  given: readonly GivenTensor[],
  inputs: readonly TensorSpec[],
  violations: ViolationList,
): readonly (number | undefined)[] {
  const assigned: (number | undefined)[] = inputs.map(() => undefined);
  const names = inputs.map((input) => input.name).join(", ");
  for (const [index, tensor] of given.entries()) {
    const unnamed = tensor.name === "" && inputs.length === 1;
    const input = unnamed ? 0 : inputs.findIndex((spec) => spec.name === tensor.name);
    if (tensor.name === "" && !unnamed) {
      violations.add(`tensors[${index}].name`, `required, one of ${names}`);
    } else if (input === -1) {
      violations.add(`tensors[${index}].name`, `unknown input "${tensor.name}", expected ${names}`);
    } else if (assigned[input] !== undefined) {
      violations.add(`tensors[${index}].name`, `input ${inputs[input]?.name} is given twice`);
    } else assigned[input] = index;
  }
  for (const [input, spec] of inputs.entries()) {
    if (assigned[input] === undefined) violations.add(`tensors.${spec.name}`, "missing");
  }
  return assigned;
}

interface ShapeScope {
  /** The sizes that the request's tensors so far give to the signature's open dimensions. */
  readonly sizes: Map<string, number>;
  readonly violations: ViolationList;
  readonly path: string;
}

function checkShape(
  { shape }: GivenTensor,
  spec: TensorSpec,
  { sizes, violations, path }: ShapeScope,
): readonly number[] | undefined {
  const given = shape.map(Number);
  const field = `${path}.shape`;
  const expectation = `expected ${showDimensions(spec.shape)}, got [${shape.join(", ")}]`;
  if (given.some((size) => size < 0)) {
    violations.add(field, `a dimension is negative: ${expectation}`);
    return undefined;
  }
  if (
    !Number.isSafeInteger(elementCount(given)) ||
    given.some((size) => !Number.isSafeInteger(size))
  ) {
    violations.add(field, `too many elements: ${expectation}`);
    return undefined;
  }
  if (given.length !== spec.shape.length) {
    violations.add(field, `wrong rank: ${expectation}`);
    return undefined;
  }
  for (const [axis, size] of given.entries()) {
    const dimension = spec.shape[axis];
    const wanted = typeof dimension === "string" ? sizes.get(dimension) : dimension;
    if (wanted === undefined && typeof dimension === "string") sizes.set(dimension, size);
    else if (wanted !== size) {
      const same =
        typeof dimension === "string" ? ` (${dimension} is ${wanted} in another input)` : "";
      violations.add(field, `wrong dimension: ${expectation}${same}`);
      return undefined;
    }
  }
  return given;
}

interface ElementScope {
  readonly path: string;
  readonly rows: number;
  readonly data: TensorData;
  readonly dataType: Tensor["dataType"];
  readonly violations: ViolationList;
}

/** Applies the features' rules to a tensor's elements; returns them with missing ones filled. */
function checkElements(scope: ElementScope, features: readonly CompiledFeature[]): TensorData {
  const { data, rows, dataType } = scope;
  if (features.length === 0 || isPlainAndFinite(scope, features)) return data;
  const rowSize = data.length / rows;
  let filled: ReturnType<typeof createElementBuffer> | undefined;
  for (const { feature, rule } of features) {
    const size =
      feature.shape.length === 0
        ? 1
        : feature.shape.every((each) => typeof each === "number")
          ? elementCount(feature.shape.map(Number))
          : rowSize;
    for (let row = 0; row < rows; row += 1) {
      for (let cell = feature.offset; cell < feature.offset + size; cell += 1) {
        const position = row * rowSize + cell;
        const element = readElement(data, position, dataType);
        const checked = rule.check(element);
        if (checked instanceof Rejection) {
          scope.violations.add(
            `${scope.path}[${row},${cell}]`,
            `${feature.name}: ${checked.description}`,
          );
        } else if (!Object.is(checked, element)) {
          filled ??= copyOf(data, dataType);
          filled.set(position, checked);
        }
      }
    }
  }
  return filled?.data ?? data;
}

/** The quick way for large tensors: one feature without a domain, and every number finite. */
function isPlainAndFinite({ data }: ElementScope, features: readonly CompiledFeature[]): boolean {
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return false;
  if (features.some(({ feature }) => feature.domain.kind !== "any")) return false;
  let sum = 0;
  for (let index = 0; index < data.length; index += 1) sum += (data[index] ?? 0) * 0;
  return sum === 0;
}

function readElement(data: TensorData, index: number, dataType: Tensor["dataType"]): Element {
  const element = data[index] ?? 0;
  return dataType === "BF16" ? bfloat16ToNumber(Number(element)) : element;
}

function copyOf(
  data: TensorData,
  dataType: Tensor["dataType"],
): ReturnType<typeof createElementBuffer> {
  const copy = createElementBuffer(dataType, data.length);
  for (let index = 0; index < data.length; index += 1)
    copy.set(index, readElement(data, index, dataType));
  return copy;
}
