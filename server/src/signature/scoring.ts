import { type ModelManifest, Task } from "@presage/gen/presage/v1/manifest_pb";
import { valueFromProto } from "../codecs/value.ts";
import type { ScoredClass, Scoring } from "../core/scoring.ts";
import { rowShape, type Signature, type TensorSpec } from "../core/signature.ts";
import { isFloatingPoint } from "../core/tensor.ts";
import { showValue } from "../core/value.ts";

/** How a version's answers are scored, and the outputs that hold them. */
export interface ScoringPlan {
  readonly scoring: Scoring;
  /** The output that answers; undefined where nothing is compared. */
  readonly answer: TensorSpec | undefined;
  /** The output with scores; undefined is none. */
  readonly scores: TensorSpec | undefined;
}

/** A score output with more columns than this is not read: each row's would be kept in its prediction's id. */
const mostScores = 64;
const usualScores = ["probabilities", "scores", "decision"];
const usualLabel = "label";

/**
 * Finds out how a version's answers are compared with the truth, by its
 * manifest's task and classes. Scores are not taken for probabilities yet: that
 * only its answers can tell (`seenAsProbabilities`).
 */
export function planScoring(
  signature: Signature,
  manifest: ModelManifest | undefined,
  problems: string[],
): ScoringPlan {
  const finder = { signature, manifest, problems };
  const task = taskOf(finder);
  checkUses(finder, task);
  switch (task) {
    case Task.BINARY:
    case Task.MULTICLASS:
      return planClasses(finder, task);
    case Task.REGRESSION:
      return planRegression(finder);
    case Task.UNSPECIFIED:
      return unscored("the manifest says neither its task nor its classes");
    case Task.OTHER:
      return unscored("the manifest says that its task is `other`");
  }
}

interface Finder {
  readonly signature: Signature;
  readonly manifest: ModelManifest | undefined;
  readonly problems: string[];
}

function taskOf({ signature, manifest }: Finder): Task {
  const stated = manifest?.task ?? Task.UNSPECIFIED;
  const classes = signature.classes?.labels.length ?? 0;
  if (stated !== Task.UNSPECIFIED || classes < 2) return stated;
  return classes === 2 ? Task.BINARY : Task.MULTICLASS;
}

function checkUses({ manifest, problems }: Finder, task: Task): void {
  const uses = [
    ["positiveClass", manifest?.positiveClass !== undefined, task === Task.BINARY],
    ["predictionOutput", Boolean(manifest?.predictionOutput), task === Task.REGRESSION],
    [
      "scoreOutput",
      Boolean(manifest?.scoreOutput),
      task === Task.BINARY || task === Task.MULTICLASS,
    ],
  ] as const;
  for (const [field, given, used] of uses) {
    if (given && !used) problems.push(`${field}: not used by a model of this task`);
  }
}

function unscored(reason: string): ScoringPlan {
  return { scoring: { kind: "other", reason }, answer: undefined, scores: undefined };
}

function planClasses(finder: Finder, task: Task.BINARY | Task.MULTICLASS): ScoringPlan {
  const { signature, problems } = finder;
  const answer = findAnswer(signature);
  if (answer === undefined) return unscored("no output answers one class for each row");
  const scored = findScores(finder);
  const classes = signature.classes?.labels ?? assumedClasses(task, answer, scored?.columns);
  if (classes === undefined) return unscored("the manifest does not list its `classes`");
  if (task === Task.BINARY && classes.length !== 2) {
    problems.push(`classes: expected two, as the task is binary, got ${classes.length}`);
  }
  const fits = scored !== undefined && fitsClasses(scored.columns, classes.length);
  const scores = fits ? scored.output : undefined;
  const plain = classes.map(({ value, label }) => ({ value, label }));
  if (task === Task.MULTICLASS) {
    const scoring = { kind: "multiclass", classes: plain, probabilities: false } as const;
    return { scoring, answer, scores };
  }
  const positive = findPositive(finder, plain);
  const scoring = { kind: "binary", classes: plain, positive, probabilities: false } as const;
  return { scoring, answer, scores };
}

function findAnswer(signature: Signature): TensorSpec | undefined {
  const { classes, outputs } = signature;
  const name = classes?.output ?? usualLabel;
  const output =
    outputs.find((each) => each.name === name) ??
    outputs.find((each) => !isFloatingPoint(each.dataType));
  return output !== undefined && columnsOf(output, signature) === 1 ? output : undefined;
}

/** What a classifier answers where the manifest lists no classes: 0, 1 and so on. */
function assumedClasses(
  task: Task.BINARY | Task.MULTICLASS,
  answer: TensorSpec,
  columns: number | undefined,
): readonly ScoredClass[] | undefined {
  if (answer.dataType === "STRING") return undefined;
  const count = task === Task.BINARY ? 2 : columns;
  if (count === undefined || count < 2) return undefined;
  return Array.from({ length: count }, (_, value) => ({ value, label: "" }));
}

interface FoundScores {
  readonly output: TensorSpec;
  readonly columns: number;
}

function findScores({ signature, manifest, problems }: Finder): FoundScores | undefined {
  const named = manifest?.scoreOutput ?? "";
  const names = named === "" ? usualScores : [named];
  const output = signature.outputs.find((each) => names.includes(each.name));
  const columns = output === undefined ? undefined : columnsOf(output, signature);
  const readable = output?.dataType === "FP32" || output?.dataType === "FP64";
  if (output !== undefined && readable && columns !== undefined && columns <= mostScores) {
    return { output, columns };
  }
  if (named !== "") {
    problems.push(
      `scoreOutput: expected an output of FP32 or FP64 with 1 to ${mostScores} columns, got ${named}`,
    );
  }
  return undefined;
}

/** Two classes may have one score, of the last. */
function fitsClasses(columns: number, classes: number): boolean {
  return columns === classes || (columns === 1 && classes === 2);
}

function findPositive({ manifest, problems }: Finder, classes: readonly ScoredClass[]): number {
  const stated = manifest?.positiveClass;
  if (stated === undefined) return classes.length - 1;
  const value = valueFromProto(stated);
  const index = classes.findIndex((each) => each.value === value || each.label === value);
  if (index >= 0) return index;
  const known = classes.map((each) => showValue(each.label === "" ? each.value : each.label));
  problems.push(`positiveClass: expected one of ${known.join(", ")}, got ${showValue(value)}`);
  return classes.length - 1;
}

function planRegression({ signature, manifest, problems }: Finder): ScoringPlan {
  const named = manifest?.predictionOutput ?? "";
  const fits = (each: TensorSpec): boolean =>
    each.dataType !== "STRING" && each.dataType !== "BF16" && columnsOf(each, signature) === 1;
  const answer =
    named === ""
      ? (signature.outputs.find((each) => isFloatingPoint(each.dataType) && fits(each)) ??
        signature.outputs.find(fits))
      : signature.outputs.find((each) => each.name === named && fits(each));
  if (answer !== undefined) return { scoring: { kind: "regression" }, answer, scores: undefined };
  if (named !== "") {
    problems.push(`predictionOutput: expected an output of one number a row, got ${named}`);
  }
  return unscored("no output answers one number for each row");
}

/** How many elements a row of an output has; undefined where that is open. */
function columnsOf(output: TensorSpec, { rowAxis }: Signature): number | undefined {
  let columns = 1;
  for (const size of rowShape(output.shape, rowAxis)) {
    if (typeof size === "string") return undefined;
    columns *= size;
  }
  return columns;
}
