import type { DescField } from "@bufbuild/protobuf";
import type { Value } from "../core/value.ts";
import type { FieldForm } from "./contract.ts";

/** A row or an answer of a contract: a message whose fields are read by name. */
export type Part = Readonly<Record<string, unknown>>;

/** What a field holds for a feature of rank one or more; undefined where it holds nothing. */
export interface GivenList {
  /** The dimensions; undefined for a list, whose length says it. */
  readonly shape: readonly number[] | undefined;
  /** The elements, row-major. */
  readonly values: readonly unknown[];
}

/** Reads a list or a tensor out of a row. */
export type ListReader = (row: Part) => GivenList | undefined;

/** Compiles the reader of a field that carries a list or a tensor. */
export function compileListReader(field: DescField, form: FieldForm): ListReader {
  const { localName } = field;
  if (form.kind === "tensor") {
    const [shapeName, valuesName] = tensorFields(field);
    return (row) => {
      const tensor = row[localName];
      if (!isPart(tensor)) return undefined;
      return { shape: listOf(tensor[shapeName]).map(Number), values: listOf(tensor[valuesName]) };
    };
  }
  return (row) => ({ shape: undefined, values: listOf(row[localName]) });
}

/** The local names of the fields of a tensor that hold its shape and its values. */
export function tensorFields({ message }: DescField): readonly [shape: string, values: string] {
  const nameOf = (name: string): string =>
    message?.fields.find((field) => field.name === name)?.localName ?? name;
  return [nameOf("shape"), nameOf("values")];
}

/** Reads a message as a part; anything else is an empty one. */
export function readPart(message: unknown): Part {
  return isPart(message) ? message : {};
}

/** Reads a list of messages. */
export function readParts(messages: unknown): readonly Part[] {
  return listOf(messages).map(readPart);
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a scalar field holds, as a value; undefined where it holds none. */
export function plainOf(value: unknown): Value | undefined {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "string":
    case "boolean":
      return value;
    default:
      return undefined;
  }
}

/** Tells whether an enum's number stands for a value, or for none at all: 0, or nothing. */
export function isKnown(values: ReadonlyMap<number, Value>, number: unknown): boolean {
  return number === undefined || number === 0 || values.has(Number(number));
}
