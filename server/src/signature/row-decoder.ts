import { bfloat16ToNumber } from "../core/bfloat16.ts";
import { ServingError } from "../core/errors.ts";
import { rowShape, type Signature, type TensorSpec } from "../core/signature.ts";
import type { Tensor } from "../core/tensor.ts";
import { showValue, type Value, type ValueObject } from "../core/value.ts";
import { classKey } from "./classes.ts";

/** Turns a model's outputs into one object for each row. */
export interface RowDecoder {
  /**
   * Decodes outputs into as many rows as the request had. Throws
   * MODEL_ANSWER_INVALID for a class that has no label, and for an output that
   * cannot be split into the rows.
   */
  decode(outputs: readonly Tensor[], rowCount: number): readonly ValueObject[];
}

/** Compiles the decoder of a signature. */
export function createRowDecoder(signature: Signature): RowDecoder {
  const { classes } = signature;
  const layouts = new Map(
    signature.outputs.map((spec) => [spec.name, layOutRows(spec, signature.rowAxis)]),
  );
  // Without a prototype where an output is called `__proto__`: such an object costs five times as much.
  const createRow = layouts.has("__proto__")
    ? (): Record<string, Value> => Object.create(null)
    : (): Record<string, Value> => ({});
  const labels = new Map(classes?.labels.map(({ value, label }) => [value, label]));

  const labelOf = (value: Value | undefined): Value => {
    const plain = typeof value === "bigint" || typeof value === "boolean" ? Number(value) : value;
    if (Array.isArray(plain)) return plain.map(labelOf);
    const label =
      typeof plain === "number" || typeof plain === "string" ? labels.get(plain) : undefined;
    if (label !== undefined) return label;
    const known = [...labels.keys()].join(", ");
    throw new ServingError(
      "MODEL_ANSWER_INVALID",
      `the model answered the class ${showValue(value)}, the manifest labels ${known}`,
    );
  };

  return {
    decode(outputs, rowCount) {
      const rows: Record<string, Value>[] = [];
      for (let row = 0; row < rowCount; row += 1) rows.push(createRow());
      for (const output of outputs) {
        const layout = layouts.get(output.name) ?? { byRow: false, plain: false };
        splitRows(output, layout, rows);
      }
      if (classes !== undefined && outputs.some((output) => output.name === classes.output)) {
        for (const row of rows) row[classKey] = labelOf(row[classes.output]);
      }
      return rows;
    },
  };
}

/** How an output is split into rows. */
interface RowLayout {
  /** True when the output's first dimension counts rows. */
  readonly byRow: boolean;
  /** True when a row has one element by the signature: it is a plain value then, not a list. */
  readonly plain: boolean;
}

function layOutRows(spec: TensorSpec, rowAxis: boolean): RowLayout {
  const byRow = rowAxis && (typeof spec.shape[0] === "string" || spec.shape[0] === 1);
  const shape = rowShape(spec.shape, byRow);
  return { byRow, plain: shape.length === 0 || (shape.length === 1 && shape[0] === 1) };
}

/** Gives each row its part of an output. */
function splitRows(
  output: Tensor,
  layout: RowLayout,
  rows: readonly Record<string, Value>[],
): void {
  const rowCount = rows.length;
  const byRow = layout.byRow && output.shape[0] === rowCount;
  if (!byRow && rowCount > 1) {
    throw new ServingError(
      "MODEL_ANSWER_INVALID",
      `the output ${output.name} of shape [${output.shape.join(", ")}] does not split into ` +
        `${rowCount} rows; ask for one row, or by tensors`,
    );
  }
  const shape = byRow ? output.shape.slice(1) : output.shape;
  // A file may answer more than it says.
  const isPlain = layout.plain && output.data.length === rowCount;
  const size = output.data.length / rowCount;
  for (let index = 0; index < rowCount; index += 1) {
    const row = rows[index];
    if (row === undefined) continue;
    row[output.name] = isPlain
      ? elementAt(output, index)
      : nest(output, { shape, axis: 0, start: index * size });
  }
}

/** A part of an output: what is left of its shape from an axis on, and its first element. */
interface Part {
  readonly shape: readonly number[];
  readonly axis: number;
  readonly start: number;
}

function nest(output: Tensor, { shape, axis, start }: Part): Value {
  const length = shape[axis];
  if (length === undefined) return elementAt(output, start);
  const list: Value[] = [];
  let step = 1;
  for (let inner = axis + 1; inner < shape.length; inner += 1) step *= shape[inner] ?? 1;
  for (let index = 0; index < length; index += 1) {
    const at = start + index * step;
    list.push(
      axis + 1 === shape.length
        ? elementAt(output, at)
        : nest(output, { shape, axis: axis + 1, start: at }),
    );
  }
  return list;
}

function elementAt({ data, dataType }: Tensor, index: number): Value {
  const element = data[index] ?? null;
  if (dataType === "BOOL") return element === 1;
  if (dataType === "BF16") return bfloat16ToNumber(Number(element));
  return element;
}
