import type { AnswerReader, Scoring } from "../core/scoring.ts";
import type { Tensor, TensorData } from "../core/tensor.ts";
import type { ScoringPlan } from "./scoring.ts";

/** How far the probabilities of a row may be from 1 in all. */
const tolerance = 1e-3;

/** Compiles the reader of a version's answers; undefined where nothing is compared. */
export function createAnswerReader(plan: ScoringPlan): AnswerReader | undefined {
  const { scoring, answer, scores } = plan;
  if (scoring.kind === "other" || answer === undefined) return undefined;
  const indices = scoring.kind === "regression" ? undefined : indexClasses(scoring);
  const outputs = scores === undefined ? [answer.name] : [answer.name, scores.name];
  const numbers = scoring.kind === "regression" ? answer : scores;
  let answers: TensorData = [];
  let scored: TensorData = [];
  let columns = 0;

  return {
    scoring,
    outputs,
    scoreCount: scoreCountOf(scoring, scores !== undefined),
    precision:
      numbers === undefined || numbers.dataType === "FP32" || numbers.dataType === "FP16"
        ? "single"
        : "double",
    turnTo(tensors, rowCount) {
      const answering = findData(tensors, answer.name);
      if (answering?.length !== rowCount) return false;
      answers = answering;
      if (scores === undefined) return true;
      const found = findData(tensors, scores.name);
      if (found === undefined) return false;
      scored = found;
      columns = scored.length / rowCount;
      return true;
    },
    answer(row) {
      const value = answers[row];
      if (indices === undefined) return Number(value);
      const plain = typeof value === "bigint" ? Number(value) : value;
      return indices.get(plain ?? "") ?? indices.size;
    },
    score(row, index) {
      if (scoring.kind !== "binary") return Number(scored[row * columns + index]);
      if (columns > 1) return Number(scored[row * columns + scoring.positive]);
      const score = Number(scored[row]);
      if (scoring.positive === 1) return score;
      return scoring.probabilities ? 1 - score : -score;
    },
  };
}

function scoreCountOf(scoring: Scoring, haveScores: boolean): number {
  if (!haveScores) return 0;
  return scoring.kind === "multiclass" ? scoring.classes.length : 1;
}

function indexClasses({
  classes,
}: Extract<Scoring, { readonly kind: "binary" | "multiclass" }>): ReadonlyMap<
  number | string,
  number
> {
  return new Map(classes.map(({ value }, index) => [value, index]));
}

function findData(tensors: readonly Tensor[], name: string): TensorData | undefined {
  for (const tensor of tensors) if (tensor.name === name) return tensor.data;
  return undefined;
}

/**
 * The same plan, with its scores taken for probabilities if those of every run
 * are: none below 0 and, where there are several columns, each row adding up to
 * 1; one column must not leave 0 to 1.
 */
export function seenAsProbabilities(
  plan: ScoringPlan,
  runs: readonly (readonly Tensor[])[],
): ScoringPlan {
  const { scoring, scores } = plan;
  if (scores === undefined || (scoring.kind !== "binary" && scoring.kind !== "multiclass"))
    return plan;
  const columns = Number(scores.shape.at(-1));
  const several = scores.shape.length > 1 && columns > 1;
  const probabilities =
    runs.length > 0 &&
    runs.every((outputs) => {
      const data = findData(outputs, scores.name);
      return data !== undefined && areProbabilities(data, several ? columns : 1);
    });
  return { ...plan, scoring: { ...scoring, probabilities } };
}

function areProbabilities(data: TensorData, columns: number): boolean {
  for (let first = 0; first < data.length; first += columns) {
    let sum = 0;
    for (let column = 0; column < columns; column += 1) {
      const value = Number(data[first + column]);
      if (!(value >= -tolerance && value <= 1 + tolerance)) return false;
      sum += value;
    }
    if (columns > 1 && Math.abs(sum - 1) > tolerance) return false;
  }
  return true;
}
