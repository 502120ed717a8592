import { readFileSync } from "node:fs";

/** Rows of a model with the answers that its training library gives. */
export interface RecordedAnswers {
  readonly features: readonly string[];
  readonly rows: readonly (readonly (number | string | boolean | null)[])[];
  /** By version, then by output: one value a row. */
  readonly answers: Readonly<
    Record<string, Readonly<Record<string, readonly (number | readonly number[])[]>>>
  >;
}

/** The 513 test rows of the breast-cancer models, with the truth and each version's labels. */
export interface BreastCancerRows {
  readonly features: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly truth: readonly number[];
  readonly labels: Readonly<Record<string, readonly number[]>>;
}

/** Reads the recorded answers of a model. */
export function recordedAnswers(model: string): RecordedAnswers {
  return read(`${model}.json`) as RecordedAnswers;
}

/** Reads the breast-cancer test rows. */
export function breastCancerRows(): BreastCancerRows {
  return read("breast-cancer-test.json") as BreastCancerRows;
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8"));
}
