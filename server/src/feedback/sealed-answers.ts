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

/** At least the bytes that answers of so many rows and scores take. */
export function answersLength(rowCount: number, scoreCount: number): number {
  return headBytes + rowCount * (1 + scoreCount) * doubleBytes;
}

/**
 * Writes the answers of a prediction: the number of rows (4 bytes), how an
 * answer is written, how many scores a row has, how many bytes a number has (1
 * byte each), then each row's answer and scores, little-endian. Answers that do
 * not fit are left out, all of them. Returns where the next byte would go.
 */
export function writeAnswers(body: DataView, { at, rowCount, reader }: AnswersToWrite): number {
  const first = at + headBytes;
  body.setUint32(at, rowCount, true);
  body.setUint8(at + 4, form.none);
  body.setUint8(at + 5, 0);
  body.setUint8(at + 6, 0);
  if (reader === undefined) return first;
  const isNumber = reader.scoring.kind === "regression";
  const { scoreCount } = reader;
  const numberBytes = reader.precision === "single" ? singleBytes : doubleBytes;
  const rowBytes = (isNumber ? numberBytes : classBytes) + scoreCount * numberBytes;
  if (first + rowCount * rowBytes > body.byteLength) return first;
  body.setUint8(at + 4, isNumber ? form.number : form.class);
  body.setUint8(at + 5, scoreCount);
  body.setUint8(at + 6, numberBytes);
  let offset = first;
  for (let row = 0; row < rowCount; row += 1) {
    const answer = reader.answer(row);
    if (isNumber) writeNumber(body, offset, answer, numberBytes);
    else body.setUint16(offset, answer, true);
    offset += isNumber ? numberBytes : classBytes;
    for (let index = 0; index < scoreCount; index += 1) {
      writeNumber(body, offset, reader.score(row, index), numberBytes);
      offset += numberBytes;
    }
  }
  return offset;
}

function writeNumber(body: DataView, at: number, value: number, numberBytes: number): void {
  if (numberBytes === singleBytes) body.setFloat32(at, value, true);
  else body.setFloat64(at, value, true);
}

/** The answers of a prediction as they were written. */
export interface SealedAnswers {
  readonly rowCount: number;
  /** Reads the answer for one row, from 0; undefined where the answers were left out. */
  readonly answerOf: ((row: number) => AnsweredRow) | undefined;
}

/** Reads what `writeAnswers` wrote: each row when it is asked for, as few of many may be reported. */
export function readAnswers(body: DataView, at: number): SealedAnswers {
  const rowCount = body.getUint32(at, true);
  const answerForm = body.getUint8(at + 4);
  const scoreCount = body.getUint8(at + 5);
  const numberBytes = body.getUint8(at + 6);
  if (answerForm === form.none) return { rowCount, answerOf: undefined };
  const isNumber = answerForm === form.number;
  const answerBytes = isNumber ? numberBytes : classBytes;
  const rowBytes = answerBytes + scoreCount * numberBytes;
  const readNumber = (offset: number): number =>
    numberBytes === singleBytes ? body.getFloat32(offset, true) : body.getFloat64(offset, true);
  return {
    rowCount,
    answerOf(row) {
      const offset = at + headBytes + row * rowBytes;
      const answer = isNumber ? readNumber(offset) : body.getUint16(offset, true);
      const scores = Array.from({ length: scoreCount }, (_, index) =>
        readNumber(offset + answerBytes + index * numberBytes),
      );
      return { answer, scores };
    },
  };
}
