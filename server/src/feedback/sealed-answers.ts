import type { AnsweredRow, AnswerReader } from "../core/scoring.ts";

/** What is to be written. */
export interface AnswersToWrite {
  /** Where to begin, in bytes. */
  readonly at: number;
  readonly rowCount: number;
  /** Turned to the answers; undefined where there are none to compare. */
  readonly reader: AnswerReader | undefined;
}

/** How each row's answer is written: not at all, as a class's index, or as a number. */
const form = { none: 0, class: 1, number: 2 } as const;

const singleBytes = 4;
const doubleBytes = 8;
const classBytes = 2;
const headBytes = 7;

/**
 * Writes the answers of a prediction: the number of rows (4 bytes), how an
 * answer is written, how many scores a row has, how many bytes a number has (1
 * byte each), then each row's answer and scores, little-endian. Answers that do
 * not fit are left out, all of them. Returns where the next byte would go.
 */
export function writeAnswers(body: Buffer, { at, rowCount, reader }: AnswersToWrite): number {
  const first = at + headBytes;
  body.writeUInt32LE(rowCount, at);
  body[at + 4] = form.none;
  body[at + 5] = 0;
  body[at + 6] = 0;
  if (reader === undefined) return first;
  const isNumber = reader.scoring.kind === "regression";
  const { scoreCount } = reader;
  const numberBytes = reader.precision === "single" ? singleBytes : doubleBytes;
  const rowBytes = (isNumber ? numberBytes : classBytes) + scoreCount * numberBytes;
  if (first + rowCount * rowBytes > body.length) return first;
  body[at + 4] = isNumber ? form.number : form.class;
  body[at + 5] = scoreCount;
  body[at + 6] = numberBytes;
  let offset = first;
  const writeNumber = (value: number): void => {
    offset =
      numberBytes === singleBytes
        ? body.writeFloatLE(value, offset)
        : body.writeDoubleLE(value, offset);
  };
  for (let row = 0; row < rowCount; row += 1) {
    if (isNumber) writeNumber(reader.answer(row));
    else offset = body.writeUInt16LE(reader.answer(row), offset);
    for (let index = 0; index < scoreCount; index += 1) writeNumber(reader.score(row, index));
  }
  return offset;
}

/** Reads what `writeAnswers` wrote. */
export function readAnswers(
  body: Buffer,
  at: number,
): { readonly rowCount: number; readonly rows: readonly AnsweredRow[] | undefined } {
  const rowCount = body.readUInt32LE(at);
  const [answerForm = form.none, scoreCount = 0, numberBytes = 0] = body.subarray(at + 4);
  if (answerForm === form.none) return { rowCount, rows: undefined };
  let offset = at + headBytes;
  const nextNumber = (): number => {
    const value =
      numberBytes === singleBytes ? body.readFloatLE(offset) : body.readDoubleLE(offset);
    offset += numberBytes;
    return value;
  };
  const nextClass = (): number => {
    const value = body.readUInt16LE(offset);
    offset += classBytes;
    return value;
  };
  const rows = Array.from({ length: rowCount }, (): AnsweredRow => {
    const answer = answerForm === form.number ? nextNumber() : nextClass();
    return { answer, scores: Array.from({ length: scoreCount }, nextNumber) };
  });
  return { rowCount, rows };
}
