import { recordedAnswers } from "../support/recorded.ts";
import { below, pick, type Random } from "./random.ts";

/** A row as it is recorded: its features' values in the signature's order. */
export type Cells = readonly (number | string | boolean | null)[];

/** What a model answers to some rows: one value a row, by output. */
export type Outputs = Readonly<Record<string, readonly (number | readonly number[])[]>>;

/** A version of a model, and what is recorded of it. */
export interface Subject {
  readonly model: string;
  readonly version: string;
  /** Whether routing picks this version. */
  readonly isRouted: boolean;
  /** Values that feedback may report as the truth; undefined: any number. */
  readonly classes: readonly number[] | undefined;
  /** Its only input that takes a tensor of all features, and how; undefined if its inputs are mixed. */
  readonly tensor:
    | { readonly name: string; readonly dataType: "FP32" | "FP64" | "INT64" }
    | undefined;
  /** How far a number may be from what the training library gives. */
  readonly tolerance: number;
  readonly features: readonly string[];
  readonly rows: readonly Cells[];
  readonly outputs: Outputs;
}

/** Some rows of a subject, and what they must be answered. */
export interface Question extends Subject {
  /** How the version is asked for: by nothing where routing picks it, at times. */
  readonly asked: string;
}

const recorded = (
  model: string,
  facts: Omit<Subject, "model" | "features" | "rows" | "outputs">,
): Subject => {
  const { features, rows, answers } = recordedAnswers(model);
  return { model, features, rows, outputs: answers[facts.version] ?? {}, ...facts };
};

/** Every version of the example models. */
export const subjects: readonly Subject[] = [
  recorded("iris", {
    version: "1",
    isRouted: true,
    classes: [0, 1, 2],
    tensor: { name: "X", dataType: "FP32" },
    tolerance: 1e-6,
  }),
  recorded("oncology", {
    version: "1",
    isRouted: true,
    classes: [0, 1],
    tensor: { name: "X", dataType: "INT64" },
    tolerance: 1e-12,
  }),
  recorded("breast-cancer", {
    version: "1",
    isRouted: true,
    classes: [0, 1],
    tensor: { name: "X", dataType: "FP64" },
    tolerance: 1e-12,
  }),
  recorded("breast-cancer", {
    version: "2",
    isRouted: false,
    classes: [0, 1],
    tensor: { name: "X", dataType: "FP64" },
    tolerance: 1e-8,
  }),
  recorded("boston-housing", {
    version: "1",
    isRouted: true,
    classes: undefined,
    tensor: { name: "X", dataType: "FP64" },
    tolerance: 1e-9,
  }),
  recorded("passengers", {
    version: "1",
    isRouted: true,
    classes: [0, 1],
    tensor: undefined,
    tolerance: 1e-6,
  }),
];

/** Asks a subject for one to `most` of its rows, in any order, some of them more than once. */
export function ask(subject: Subject, random: Random, most = 8): Question {
  const count = 1 + below(random, most);
  const chosen = Array.from({ length: count }, () => below(random, subject.rows.length));
  const rows = chosen.map((row) => subject.rows[row] ?? []);
  const outputs = Object.fromEntries(
    Object.entries(subject.outputs).map(([name, values]) => [
      name,
      chosen.map((row) => values[row] ?? Number.NaN),
    ]),
  );
  const asked = subject.isRouted && random() < 0.5 ? "" : subject.version;
  return { ...subject, rows, outputs, asked };
}

/** Asks any subject. */
export function askAny(random: Random, most?: number): Question {
  return ask(pick(random, subjects), random, most);
}

/** The question's rows by name, in another order of names than the signature's. */
export function namedRows({ features, rows }: Question): readonly Record<string, Cells[number]>[] {
  return rows.map((row) =>
    Object.fromEntries(
      features.map((name, index) => [name, row[index] ?? null] as const).toReversed(),
    ),
  );
}

/** A truth for each row of the question, by chance. */
export function anyTruth({ classes, rows }: Question, random: Random): readonly number[] {
  return rows.map(() => (classes === undefined ? below(random, 50) + 1 : pick(random, classes)));
}
