import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { bfloat16ToNumber } from "../core/bfloat16.ts";
import { ServingError } from "../core/errors.ts";
import type { Signature, TensorSpec } from "../core/signature.ts";
import type { DataType, Tensor } from "../core/tensor.ts";
import { showValue } from "../core/value.ts";
import type { ClassField, Contract, OutputField } from "./contract.ts";
import { tensorFields } from "./typed-part.ts";

/**
 * Writes a model's outputs as one answer of a contract for each row. Throws
 * MODEL_ANSWER_INVALID for what the contract cannot say.
 */
export type AnswersWriter = (outputs: readonly Tensor[], rowCount: number) => readonly object[];

type Answer = Record<string, unknown>;
type FieldWriter = (output: Tensor, answers: readonly Answer[]) => void;

/** Compiles the writer of a contract's answers for a version with this signature. */
export function compileAnswersWriter(contract: Contract, signature: Signature): AnswersWriter {
  const { typeName: $typeName } = contract.answer;
  const { classes } = signature;
  const writers = signature.outputs.map((spec, index): FieldWriter => {
    const carried = contract.outputs[index];
    if (carried === undefined) throw new Error(`the contract has no field for ${spec.name}`);
    const write = compileOutput(spec, carried, signature.rowAxis);
    if (contract.classField === undefined || classes?.output !== spec.name) return write;
    const writeClass = compileClass(contract.classField);
    return (output, answers) => {
      write(output, answers);
      writeClass(output, answers);
    };
  });

  return (outputs, rowCount) => {
    const answers: Answer[] = [];
    for (let row = 0; row < rowCount; row += 1) answers.push({ $typeName });
    for (let index = 0; index < writers.length; index += 1) {
      const output = outputs[index];
      if (output !== undefined) writers[index]?.(output, answers);
    }
    return answers;
  };
}

/** Compiles how an output is split into rows, and what each gets of it. */
function compileOutput(
  spec: TensorSpec,
  { field, form }: OutputField,
  rowAxis: boolean,
): FieldWriter {
  const byRow = rowAxis && (typeof spec.shape[0] === "string" || spec.shape[0] === 1);
  const write = form.kind === "tensor" ? compileTensor(field) : compilePlain(field, form);
  return (output, answers) => {
    const rowCount = answers.length;
    const splits = byRow && output.shape[0] === rowCount;
    if (!splits && rowCount > 1) {
      throw unfit(output, `does not split into ${rowCount} rows; ask for one row`);
    }
    const shape = splits ? output.shape.slice(1) : output.shape;
    const size = output.data.length / rowCount;
    for (let row = 0; row < rowCount; row += 1) {
      const answer = answers[row];
      if (answer !== undefined) write(answer, { output, shape, start: row * size, size });
    }
  };
}

/** What a row gets of an output. */
interface Share {
  readonly output: Tensor;
  readonly shape: readonly number[];
  readonly start: number;
  readonly size: number;
}

type ShareWriter = (answer: Answer, share: Share) => void;

function compilePlain({ localName }: DescField, form: OutputField["form"]): ShareWriter {
  switch (form.kind) {
    case "list":
      return (answer, share) => {
        answer[localName] = elementsOf(share);
      };
    case "enum": {
      const numbers = new Map([...form.values].map(([number, value]) => [value, number]));
      return (answer, share) => {
        const value = onlyOf(share);
        const plain = typeof value === "bigint" ? Number(value) : value;
        answer[localName] = numbers.get(value) ?? numbers.get(plain) ?? 0;
      };
    }
    default:
      return (answer, share) => {
        answer[localName] = onlyOf(share);
      };
  }
}

function compileTensor(field: DescField): ShareWriter {
  const { localName, message } = field;
  const [shapeName, valuesName] = tensorFields(field);
  const scalar = message?.fields.find(({ name }) => name === "shape")?.scalar;
  const sizeOf = scalar === ScalarType.INT64 || scalar === ScalarType.UINT64 ? BigInt : Number;
  return (answer, share) => {
    answer[localName] = {
      $typeName: message?.typeName ?? "",
      [shapeName]: share.shape.map((size) => sizeOf(size)),
      [valuesName]: elementsOf(share),
    };
  };
}

/** The one element of a row. */
function onlyOf(share: Share): number | bigint | string | boolean {
  const { output, size, start } = share;
  if (size !== 1) throw unfit(output, `has ${size} values a row, where the contract has one`);
  return readElement(output.dataType, output.data[start] ?? 0);
}

/** The elements of a row, row-major. */
function elementsOf({ output, start, size }: Share): readonly unknown[] {
  const { data, dataType } = output;
  const elements: unknown[] = [];
  for (let index = start; index < start + size; index += 1)
    elements.push(readElement(dataType, data[index] ?? 0));
  return elements;
}

function readElement(
  dataType: DataType,
  element: number | bigint | string,
): number | bigint | string | boolean {
  if (dataType === "BOOL") return element === 1;
  return dataType === "BF16" ? bfloat16ToNumber(Number(element)) : element;
}

function compileClass({ field, numbers }: ClassField): FieldWriter {
  return ({ data, dataType }, answers) => {
    for (let row = 0; row < answers.length; row += 1) {
      const answer = answers[row];
      const value = data[row];
      const plain = typeof value === "bigint" ? Number(value) : value;
      const number = plain === undefined ? undefined : numbers.get(plain);
      if (number === undefined) throw unknownClass(dataType, value, numbers);
      if (answer !== undefined) answer[field.localName] = number;
    }
  };
}

function unknownClass(
  dataType: DataType,
  value: number | bigint | string | undefined,
  numbers: ClassField["numbers"],
): ServingError {
  const shown = showValue(value === undefined ? undefined : readElement(dataType, value));
  return new ServingError(
    "MODEL_ANSWER_INVALID",
    `the model answered the class ${shown}, the manifest labels ${[...numbers.keys()].join(", ")}`,
  );
}

function unfit({ name, shape }: Tensor, problem: string): ServingError {
  return new ServingError(
    "MODEL_ANSWER_INVALID",
    `the output ${name} of shape [${shape.join(", ")}] ${problem}`,
  );
}
