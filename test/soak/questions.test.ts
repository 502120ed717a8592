import { describe, expect, it } from "vitest";
import { checkRows } from "./expected.ts";
import { anyTruth, ask, askAny, namedRows, subjects } from "./questions.ts";

/** Gives these numbers, again and again. */
const chances = (...numbers: readonly number[]) => {
  let given = 0;
  return () => numbers[given++ % numbers.length] ?? 0;
};

describe("subjects", () => {
  it.each(subjects)(
    "know what $model $version answers to each of its rows",
    ({ rows, outputs }) => {
      expect(rows.length).toBeGreaterThan(0);
      const lengths = Object.values(outputs).map((values) => values.length);
      expect(lengths).not.toHaveLength(0);
      expect(new Set(lengths)).toEqual(new Set([rows.length]));
    },
  );
});

describe("ask()", () => {
  const [iris] = subjects;
  if (iris === undefined) throw new Error("there are no subjects");

  it("takes rows with their own answers", () => {
    const { rows, outputs, asked } = ask(iris, chances(0.2, 0.5, 0, 0.9), 5);
    expect(rows).toEqual([iris.rows[10], iris.rows[0]]);
    expect(outputs["label"]).toEqual([iris.outputs["label"]?.[10], iris.outputs["label"]?.[0]]);
    expect(asked).toBe("1");
  });

  it("leaves the version to routing at times", () => {
    expect(ask(iris, chances(0.1)).asked).toBe("");
    expect(ask({ ...iris, isRouted: false }, chances(0.1)).asked).toBe("1");
  });

  it("makes questions whose rows answer each other only in their order", () => {
    const question = askAny(chances(0.99, 0.9, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7));
    const answers = question.rows.map((_, row) =>
      Object.fromEntries(
        Object.entries(question.outputs).map(([name, values]) => [name, values[row]]),
      ),
    );
    expect(() => checkRows(question, answers)).not.toThrow();
    expect(() => checkRows(question, answers.toReversed())).toThrow("instead of");
  });
});

describe("namedRows()", () => {
  it("gives each cell its feature's name", () => {
    const question = askAny(() => 0, 1);
    const [row = {}] = namedRows(question);
    expect(question.features.map((name) => row[name])).toEqual(question.rows[0]);
  });
});

describe("anyTruth()", () => {
  it.each(subjects)("is what $model $version can be told", (subject) => {
    const truth = anyTruth(
      ask(subject, () => 0.7),
      () => 0.99,
    );
    const known = subject.classes ?? [50];
    expect(truth.every((value) => known.includes(value))).toBe(true);
  });
});
