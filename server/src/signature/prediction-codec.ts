import type { Feeds } from "../core/feeds.ts";
import type { GenericInput, GenericOutput } from "../core/prediction.ts";
import type { Signature } from "../core/signature.ts";
import { showShape, type Tensor } from "../core/tensor.ts";
import type { ValueObject } from "../core/value.ts";
import { createViolationList } from "../core/violations.ts";
import { createRowDecoder } from "./row-decoder.ts";
import { createRowEncoder } from "./row-encoder.ts";
import { createTensorDecoder } from "./tensor-decoder.ts";

/** Translates between what callers say and what a model takes and answers. */
export interface PredictionCodec {
  /** Checks and encodes the input of a call. Throws INVALID_INPUT with every violation. */
  encode(input: GenericInput): Feeds;
  /** Checks the names of the outputs that a call wants; none named means all. */
  selectOutputs(names: readonly string[]): readonly string[];
  /** Puts a model's outputs into the form that the call was asked in. */
  decode(kind: GenericInput["kind"], outputs: readonly Tensor[], feeds: Feeds): GenericOutput;
  /** Facts about an input, e.g. `shape_input_data`. */
  describe(feeds: Feeds): ValueObject;
}

/** Compiles the codec of a signature. */
export function createPredictionCodec(signature: Signature): PredictionCodec {
  const rowEncoder = createRowEncoder(signature);
  const tensorDecoder = createTensorDecoder(signature);
  const rowDecoder = createRowDecoder(signature);
  const outputNames = signature.outputs.map((output) => output.name);
  // Most calls have the shape of the one before.
  let describedShape: readonly number[] = [];
  let description: ValueObject = { shape_input_data: showShape([]) };

  return {
    encode(input) {
      switch (input.kind) {
        case "rows":
          return rowEncoder.encode(input.rows);
        case "tensors":
          return tensorDecoder.decode(input.tensors);
      }
    },
    selectOutputs(names) {
      if (names.length === 0) return outputNames;
      const violations = createViolationList();
      for (const [index, name] of names.entries()) {
        if (!outputNames.includes(name)) {
          violations.add(
            `outputs[${index}]`,
            `unknown output "${name}", expected ${outputNames.join(", ")}`,
          );
        } else if (names.indexOf(name) !== index) {
          violations.add(`outputs[${index}]`, `${name} is given twice`);
        }
      }
      violations.throwIfAny();
      return names;
    },
    decode(kind, outputs, feeds) {
      switch (kind) {
        case "rows":
          return { kind, rows: rowDecoder.decode(outputs, feeds.rowCount) };
        case "tensors":
          return { kind, tensors: outputs };
      }
    },
    describe(feeds) {
      const [only, second] = feeds.tensors;
      // Several inputs are the columns of one table, as a data frame would count them.
      const shape =
        only !== undefined && second === undefined
          ? only.shape
          : [feeds.rowCount, signature.features.length];
      if (!isSameShape(shape, describedShape)) {
        describedShape = shape;
        description = { shape_input_data: showShape(shape) };
      }
      return description;
    },
  };
}

function isSameShape(one: readonly number[], other: readonly number[]): boolean {
  if (one.length !== other.length) return false;
  for (let axis = 0; axis < one.length; axis += 1) if (one[axis] !== other[axis]) return false;
  return true;
}
