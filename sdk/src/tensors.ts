/*
 * Tensors as typed arrays. The wire's raw form is little-endian, and so is the
 * memory of every machine that browsers and Node run on: elements are viewed
 * as bytes, and bytes as elements, without a copy and without a loop.
 */
import type { Tensor as ProtoTensor } from "@presage/gen/presage/v1/tensor_pb";
import {
  arrayClass,
  arrayNames,
  type DataType,
  type ElementsOf,
  fromProtoDataType,
  inferDataType,
  type NumericType,
  toProtoDataType,
} from "./data-types.ts";
import { invalidInput, PresageError, type Violation } from "./errors.ts";
import { typedList } from "./lists.ts";
import { packStrings, unpackStrings } from "./strings.ts";

/** An array of one data type and any rank. */
export type Tensor = { [T in DataType]: TensorOf<T> }[DataType];

/** A tensor of one data type. */
export interface TensorOf<T extends DataType> {
  readonly dataType: T;
  /** The dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** The elements, row-major: the last dimension varies fastest. */
  readonly data: ElementsOf[T];
}

/** A tensor to predict; without a data type, it has the one that its elements tell. */
export type TensorInput =
  | Tensor
  | {
      readonly dataType?: undefined;
      readonly shape: readonly number[];
      readonly data: Tensor["data"];
    };

/** Tensors to predict, by input name; or a list, in which a model's only input needs no name. */
export type TensorInputs =
  | Readonly<Record<string, TensorInput>>
  | readonly (TensorInput & { readonly name?: string })[];

/** The outputs of a model, by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** Makes a tensor of a data type, e.g. `tensor("FP32", [1, 4], new Float32Array(4))`. */
export function tensor<T extends DataType>(
  dataType: T,
  shape: readonly number[],
  data: ElementsOf[T],
): TensorOf<T> {
  return { dataType, shape, data };
}

/**
 * Writes tensors in the raw form, which the server answers in the same form.
 * The bytes of typed arrays are not copied: leave them unchanged until the
 * call has its answer. Throws `invalid_argument` with a violation for each
 * tensor whose shape, data type and elements do not fit each other.
 */
export function encodeTensors(inputs: TensorInputs): ProtoTensor[] {
  const named = isList(inputs)
    ? inputs.map((input) => ({ name: input.name ?? "", input }))
    : Object.entries(inputs).map(([name, input]) => ({ name, input }));
  const violations: Violation[] = [];
  const messages: ProtoTensor[] = [];
  for (const [index, { name, input }] of named.entries()) {
    const dataType = input.dataType ?? inferDataType(input.data);
    const problem = problemOf(input, dataType);
    if (problem !== undefined) {
      const description = name === "" ? problem : `tensor ${name}: ${problem}`;
      violations.push({ field: `tensors[${index}]`, description });
    } else if (dataType !== undefined) messages.push(encode(name, dataType, input));
  }
  if (violations.length > 0) throw invalidInput(violations);
  return messages;
}

/**
 * Reads tensors of either form. The elements of a raw tensor are a view of
 * the message, unless they lie at an offset that their type does not allow;
 * then they are copied as one block. Throws `internal` if the bytes are not
 * those of the shape and the type.
 */
export function decodeTensors(messages: readonly ProtoTensor[]): Tensors {
  return Object.fromEntries(messages.map((message) => [message.name, decode(message)]));
}

function isList(inputs: TensorInputs): inputs is readonly (TensorInput & { name?: string })[] {
  return Array.isArray(inputs);
}

function problemOf(input: TensorInput, dataType: DataType | undefined): string | undefined {
  const { shape, data } = input;
  if (dataType === undefined) return `expected a typed array of numbers, got a ${tagOf(data)}`;
  if (dataType === "STRING") {
    if (!Array.isArray(data)) return `expected a list of strings for STRING, got a ${tagOf(data)}`;
    const stray = data.findIndex((element) => typeof element !== "string");
    if (stray >= 0) return `expected strings, got a ${typeof data[stray]} at element ${stray}`;
  } else if (!arrayNames(dataType).includes(tagOf(data))) {
    return `expected a ${arrayNames(dataType).join(" or ")} for ${dataType}, got a ${tagOf(data)}`;
  }
  if (!shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
    return `expected dimensions of 0 or more, got ${showShape(shape)}`;
  }
  const expected = elementCount(shape);
  if (data.length === expected) return undefined;
  return `expected ${expected} elements for the shape ${showShape(shape)}, got ${data.length}`;
}

function tagOf(data: unknown): string {
  return Object.prototype.toString.call(data).slice("[object ".length, -1);
}

function encode(name: string, dataType: DataType, { shape, data }: TensorInput): ProtoTensor {
  const value = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : packStrings(data);
  return {
    $typeName: "presage.v1.Tensor",
    name,
    dataType: toProtoDataType(dataType),
    shape: shape.map(BigInt),
    data: { case: "raw", value },
  };
}

function decode(message: ProtoTensor): Tensor {
  const dataType = fromProtoDataType(message.dataType);
  if (dataType === undefined) throw malformed(message, "has no data type that is known");
  const shape = message.shape.map(Number);
  const data =
    message.data.case === "raw"
      ? fromRaw(message, dataType, message.data.value)
      : typedList(message.data, dataType);
  if (data === undefined) throw malformed(message, `is not readable as ${dataType}`);
  if (data.length !== elementCount(shape)) {
    throw malformed(message, `has ${data.length} elements for the shape ${showShape(shape)}`);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- type and elements fit by construction
  return { dataType, shape, data } as Tensor;
}

function fromRaw(
  message: ProtoTensor,
  dataType: DataType,
  raw: Uint8Array,
): Tensor["data"] | undefined {
  return dataType === "STRING" ? unpackStrings(raw) : viewNumbers(message, dataType, raw);
}

function viewNumbers(message: ProtoTensor, dataType: NumericType, raw: Uint8Array): Tensor["data"] {
  const array = arrayClass(dataType);
  const size = array.BYTES_PER_ELEMENT;
  if (raw.byteLength % size !== 0) {
    throw malformed(message, `has ${raw.byteLength} bytes, no whole number of ${dataType}`);
  }
  const aligned = raw.byteOffset % size === 0 ? raw : new Uint8Array(raw);
  return new array(aligned.buffer, aligned.byteOffset, raw.byteLength / size);
}

function malformed(message: ProtoTensor, problem: string): PresageError {
  return new PresageError("internal", `the answered tensor ${message.name} ${problem}`);
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}

function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
