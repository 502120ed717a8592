import { invalidInput, ServingError, type Violation } from "../core/errors.ts";
import type { Feeds } from "../core/feeds.ts";
import type { TypedCodec } from "../core/prediction.ts";
import type { Signature } from "../core/signature.ts";
import { createViolationList } from "../core/violations.ts";
import { createRowEncoder } from "../signature/row-encoder.ts";
import type { Contract } from "./contract.ts";
import { compileAnswersWriter } from "./typed-answers.ts";
import { type Part, readPart, readParts } from "./typed-part.ts";
import { compilePathReader, type PathOf } from "./typed-paths.ts";
import { compileRowsReader } from "./typed-rows.ts";
import { compileValuesReader } from "./typed-values.ts";

/** How one version reads and answers the methods of a contract. */
export interface TypedCodecs {
  /** `Predict`: one row, one answer. */
  readonly predict: TypedCodec;
  /** `PredictBatch`: rows and answers. */
  readonly predictBatch: TypedCodec;
}

const inRow: PathOf = (_, field) => field;
const inBatch: PathOf = (row, field) => `rows[${row}].${field}`;

/**
 * Compiles the codecs of a contract for a version whose features and outputs
 * are the contract's, in their order. What fits is read straight into the
 * model's inputs. What does not is read once more by the encoder of rows, which
 * tells every violation: a typed call is refused for just what rows are refused for.
 */
export function createTypedCodecs(contract: Contract, signature: Signature): TypedCodecs {
  const readRows = compileRowsReader(contract, signature);
  const explainRows = compileExplanation(contract, signature);
  const writeAnswers = compileAnswersWriter(contract, signature);
  const rowsName = contract.batch.fields[0]?.localName ?? "rows";
  const answersName = contract.batchAnswer.fields[0]?.localName ?? "rows";
  const { typeName: $typeName } = contract.batchAnswer;

  return {
    predict: {
      encode(request) {
        const rows = [readPart(request)];
        return readRows(rows) ?? explainRows(rows, inRow);
      },
      decode: (outputs) => writeAnswers(outputs, 1)[0] ?? {},
    },
    predictBatch: {
      encode(request) {
        const rows = readParts(readPart(request)[rowsName]);
        return readRows(rows) ?? explainRows(rows, inBatch);
      },
      decode: (outputs, { rowCount }) => ({
        $typeName,
        [answersName]: writeAnswers(outputs, rowCount),
      }),
    },
  };
}

type Explanation = (rows: readonly Part[], pathOf: PathOf) => Feeds;

/** Compiles the long way: by the encoder of rows, whose violations are told in the contract's terms. */
function compileExplanation(contract: Contract, signature: Signature): Explanation {
  const encoder = createRowEncoder(signature);
  const readValues = compileValuesReader(contract, signature);
  const readPath = compilePathReader(contract, signature);

  return (rows, pathOf) => {
    const violations = createViolationList();
    /** What was told of already, and is missing in the values. */
    const told = new Set<string>();
    const values = rows.map((row, index) =>
      readValues(row, ({ field, part, description }) => {
        const path = pathOf(index, field);
        told.add(path);
        violations.add(path + part, description);
      }),
    );
    const feeds = violations.collect(() =>
      retold(
        () => encoder.encode(values),
        (violation) => {
          const field = readPath(violation.field, rows, pathOf);
          return told.has(field) ? [] : [{ ...violation, field }];
        },
      ),
    );
    violations.throwIfAny();
    if (feeds === undefined) throw new Error("rows were read in part");
    return feeds;
  };
}

/** Runs a step; if it throws violations, these are told otherwise. */
function retold<Result>(
  step: () => Result,
  tell: (violation: Violation) => readonly Violation[],
): Result {
  try {
    return step();
  } catch (failure) {
    if (!(failure instanceof ServingError) || failure.reason !== "INVALID_INPUT") throw failure;
    throw invalidInput(failure.violations.flatMap(tell), failure.violationsLeftOut);
  }
}
