import type { Feature } from "../core/signature.ts";
import type { FieldDraft } from "./draft.ts";

/** An axis of a feature whose size the signature leaves open. */
export interface OpenAxis {
  /** The name of the field. */
  readonly field: string;
  /** Tells the axis from every other of the message. */
  readonly id: string;
  /** Writes its size, as CEL, of a row. */
  size(row: string): string;
  /** Writes, as CEL, that a row has no such axis; undefined if every row does. */
  isLacking(row: string): string | undefined;
}

/**
 * The axes of the features' fields that must be equally long, by the name of their
 * dimension. A tensor says the sizes within an empty dimension as well, which lists
 * do not: there the rules ask for more than rows are asked.
 */
export function openAxes(
  features: readonly Feature[],
  fields: readonly FieldDraft[],
): ReadonlyMap<string, readonly OpenAxis[]> {
  const names = new Map(fields.map(({ source, name }) => [source, name]));
  const axes = new Map<string, OpenAxis[]>();
  for (const [index, { name, shape }] of features.entries()) {
    const field = names.get(name);
    if (field === undefined) continue;
    const isList = shape.length === 1;
    for (const [axis, dimension] of shape.entries()) {
      if (typeof dimension !== "string") continue;
      const found = axes.get(dimension) ?? [];
      axes.set(dimension, found);
      found.push({
        field,
        id: `${index}.${axis}`,
        size: (row) => (isList ? `${row}.${field}.size()` : `${row}.${field}.shape[${axis}]`),
        isLacking: (row) => (isList ? undefined : `${row}.${field}.shape.size() <= ${axis}`),
      });
    }
  }
  return axes;
}

/** An axis of one row. */
export interface RowAxis {
  readonly axis: OpenAxis;
  /** The row, as CEL. */
  readonly row: string;
}

/** Writes, as CEL, that two axes are equally long; one that is lacking is for other rules to tell. */
export function equalSizes(one: RowAxis, other: RowAxis): string {
  const lacking = [one, other].flatMap(({ axis, row }) => axis.isLacking(row) ?? []);
  const sizes = [one, other].map(({ axis, row }) => axis.size(row));
  return [...new Set(lacking), sizes.join(" == ")].join(" || ");
}
