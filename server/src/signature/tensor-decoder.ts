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
import { findColumnBounds, isWithin } from "./column-bounds.ts";
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
  const { inputs, rowAxis } = signature;
  const names = inputs.map((input) => input.name);
  const shared = findSharedDimensions(inputs);
  const featuresOf = inputs.map((_, input) =>
    signature.features
      .filter((feature) => feature.input === input)
      .map((feature) => ({ feature, rule: createElementRule(feature) }))
      .filter(({ feature, rule }) => !rule.checksNothing && !isOpaque(feature)),
  );
  const boundsOf = featuresOf.map((compiled) =>
    findColumnBounds(compiled.map(({ feature }) => feature)),
  );

  const decodeInput = (tensor: GivenTensor, input: number, scope: RequestScope): void => {
    const spec = inputs[input];
    if (spec === undefined) return;
    const { path, violations } = scope;
    const shape = checkShape(tensor, spec, scope);
    if (shape === undefined) return;
    const rows = rowAxis ? (shape[0] ?? 1) : 1;
    if (rows === 0) {
      violations.add(`${path}.shape`, "expected at least one row, got 0");
      return;
    }
    const { dataType: givenType, content } = tensor;
    const shaped = { spec, dataType: givenType, shape, content };
    const data = decodeContent(shaped, path, violations);
    if (data === undefined) return;
    const { name, dataType } = spec;
    const final = isWithin(data, boundsOf[input])
      ? data
      : checkElements({ path, rows, data, dataType, violations }, featuresOf[input] ?? []);
    scope.feeds[input] = { name, dataType, shape, data: final };
  };

  return {
    decode(given) {
      const violations = createViolationList();
      const sizes = shared.size === 0 ? undefined : new Map<string, number>();
      const assigned = assignInputs(given, names, violations);
      // As long as it comes to be from the start: one that grows takes room for seventeen.
      const feeds: (Tensor | undefined)[] = inputs.map(nothing);
      for (let input = 0; input < assigned.length; input += 1) {
        const place = assigned[input];
        const tensor = place === undefined ? undefined : given[place];
        if (tensor === undefined) continue;
        decodeInput(tensor, input, { path: pathOf(place), feeds, shared, sizes, violations });
      }
      violations.throwIfAny();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- without a violation none is missing
      return { tensors: feeds as Tensor[], rowCount: rowAxis ? (feeds[0]?.shape[0] ?? 1) : 1 };
    },
  };
}

/**
 * Tells whether a feature is a tensor of which nothing more is said, such as an
 * image: what its elements may be is for the model to say, and looking at each
 * would take longer than all else that is done with a large one.
 */
function isOpaque({ shape, domain, missing }: Feature): boolean {
  return shape.length > 0 && domain.kind === "any" && missing.kind === "reject";
}

/** What is known while a request is decoded. */
interface RequestScope {
  /** Where the tensor is in the request. */
  readonly path: string;
  /** The inputs that are decoded so far. */
  readonly feeds: (Tensor | undefined)[];
  /** The open dimensions that occur more than once in a signature, and so must agree. */
  readonly shared: ReadonlySet<string>;
  /** The sizes that the request's tensors so far give to them. */
  readonly sizes: Map<string, number> | undefined;
  readonly violations: ViolationList;
}

const firstPath = "tensors[0]";
const pathOf = (place: number | undefined): string =>
  place === 0 ? firstPath : `tensors[${place}]`;

function findSharedDimensions(inputs: readonly TensorSpec[]): ReadonlySet<string> {
  const all = inputs
    .flatMap((input) => input.shape)
    .filter((dimension) => typeof dimension === "string");
  return new Set(all.filter((dimension, index) => all.indexOf(dimension) !== index));
}

const nothing = (): undefined => undefined;

/** Finds the place of each input's tensor in the request. */
function assignInputs(
  given: readonly GivenTensor[],
  inputs: readonly string[],
  violations: ViolationList,
): readonly (number | undefined)[] {
  const assigned: (number | undefined)[] = inputs.map(nothing);
  for (let index = 0; index < given.length; index += 1) {
    const name = given[index]?.name ?? "";
    const unnamed = name === "" && inputs.length === 1;
    const input = unnamed ? 0 : inputs.indexOf(name);
    if (name === "" && !unnamed) {
      violations.add(`tensors[${index}].name`, `required, one of ${inputs.join(", ")}`);
    } else if (input === -1) {
      const expected = inputs.join(", ");
      violations.add(`tensors[${index}].name`, `unknown input "${name}", expected ${expected}`);
    } else if (assigned[input] !== undefined) {
      violations.add(`tensors[${index}].name`, `input ${inputs[input]} is given twice`);
    } else assigned[input] = index;
  }
  for (let input = 0; input < inputs.length; input += 1) {
    if (assigned[input] === undefined) violations.add(`tensors.${inputs[input]}`, "missing");
  }
  return assigned;
}

function checkShape(
  tensor: GivenTensor,
  spec: TensorSpec,
  { shared, sizes, violations, path }: RequestScope,
): readonly number[] | undefined {
  const given = tensor.shape.map(Number);
  const refuse = (problem: string, addition = ""): undefined => {
    const expectation = `expected ${showDimensions(spec.shape)}, got [${tensor.shape.join(", ")}]`;
    violations.add(`${path}.shape`, `${problem}: ${expectation}${addition}`);
  };
  let elements = 1;
  let negative = false;
  for (const size of given) {
    if (size < 0) negative = true;
    elements *= size;
    // Also where another dimension is 0.
    if (!Number.isSafeInteger(size)) elements = Number.NaN;
  }
  if (negative) return refuse("a dimension is negative");
  if (!Number.isSafeInteger(elements)) return refuse("too many elements");
  if (given.length !== spec.shape.length) return refuse("wrong rank");
  for (let axis = 0; axis < given.length; axis += 1) {
    const dimension = spec.shape[axis];
    const size = given[axis] ?? 0;
    if (typeof dimension !== "string") {
      if (dimension !== size) return refuse("wrong dimension");
    } else if (shared.has(dimension)) {
      const wanted = sizes?.get(dimension) ?? size;
      if (wanted !== size) {
        return refuse("wrong dimension", ` (${dimension} is ${wanted} in another input)`);
      }
      sizes?.set(dimension, size);
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
  if (features.length === 0) return data;
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
