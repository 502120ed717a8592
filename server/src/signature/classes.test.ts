import { describe, expect, it } from "vitest";
import { manifestOf, signatureOf, spec } from "../../../test/support/signatures.ts";
import type { TensorSpec } from "../core/signature.ts";
import { deriveClasses } from "./classes.ts";

const two = "classes: [{ value: 0, label: no }, { value: 1, label: yes }]";

function problemsOf(outputs: readonly TensorSpec[], manifest: string): readonly string[] {
  const problems: string[] = [];
  deriveClasses(outputs, manifestOf(manifest), problems);
  return problems;
}

describe("deriveClasses()", () => {
  it("reads values, labels and descriptions", () => {
    const { classes } = signatureOf({
      inputs: [],
      outputs: [spec("label", "STRING", "N")],
      manifest:
        "classes: [{ value: m, label: malignant, description: Bad. }, { value: b, label: benign }]",
    });
    expect(classes).toEqual({
      output: "label",
      labels: [
        { value: "m", label: "malignant", description: "Bad." },
        { value: "b", label: "benign", description: "" },
      ],
    });
  });

  it("finds none in a manifest without classes", () => {
    const problems: string[] = [];
    expect(
      deriveClasses([spec("label", "INT64")], manifestOf("task: binary"), problems),
    ).toBeUndefined();
    expect(deriveClasses([spec("label", "INT64")], undefined, problems)).toBeUndefined();
    expect(problems).toEqual([]);
  });

  const chosen: [string, TensorSpec[], string, string][] = [
    ["label, wherever it is", [spec("id", "INT64"), spec("label", "INT64")], two, "label"],
    [
      "label, even of numbers with a fraction",
      [spec("id", "INT64"), spec("label", "FP32")],
      two,
      "label",
    ],
    [
      "else the first of integers",
      [spec("p", "FP32"), spec("c", "INT32"), spec("d", "INT32")],
      two,
      "c",
    ],
    [
      "else the first of text",
      [spec("p", "FP32"), spec("c", "STRING")],
      "classes: [{ value: a, label: A }]",
      "c",
    ],
    [
      "the one that is named",
      [spec("label", "INT64"), spec("c", "FP32")],
      `${two}\nclassOutput: c`,
      "c",
    ],
  ];
  it.each(chosen)("takes %s", (_, outputs, manifest, output) => {
    const problems: string[] = [];
    expect(deriveClasses(outputs, manifestOf(manifest), problems)?.output).toBe(output);
    expect(problems).toEqual([]);
  });

  it("lets a value be called as a label is", () => {
    const outputs = [spec("label", "STRING")];
    expect(
      problemsOf(outputs, 'classes: [{ value: "label b", label: a }, { value: a, label: b }]'),
    ).toEqual([]);
  });

  const mistakes: [string, TensorSpec[], string, string[]][] = [
    [
      "an output without classes",
      [spec("label", "INT64")],
      "classOutput: label",
      ["classOutput: only used with classes"],
    ],
    [
      "no such output",
      [spec("label", "INT64"), spec("p", "FP32")],
      `${two}\nclassOutput: q`,
      ["classOutput: the model has no output q, but label, p"],
    ],
    [
      "no output that could answer them",
      [spec("p", "FP32"), spec("q", "FP64")],
      two,
      ["classOutput: required, as no output of p, q is of integers or text"],
    ],
    [
      "an output that labels would hide",
      [spec("class", "INT64")],
      two,
      ["classes: the model has an output named class, which labels would hide"],
    ],
    [
      "classes without value or label",
      [spec("label", "INT64")],
      "classes: [{ label: a }, { value: true, label: b }, { value: [1], label: c }, { value: .nan, label: d }, { value: 1 }]",
      [
        "classes[0].value: expected a number or text",
        "classes[1].value: expected a number or text",
        "classes[2].value: expected a number or text",
        "classes[3].value: expected a number or text",
        "classes[4].label: required",
      ],
    ],
    [
      "values of another type",
      [spec("label", "INT64")],
      "classes: [{ value: a, label: b }]",
      ["classes[0].value: the output label is INT64, got a string"],
    ],
    [
      "numbers for text",
      [spec("label", "STRING")],
      "classes: [{ value: 1, label: b }]",
      ["classes[0].value: the output label is STRING, got a number"],
    ],
    [
      "values and labels that are given twice",
      [spec("label", "INT64")],
      "classes: [{ value: 0, label: a }, { value: 0, label: b }, { value: 1, label: a }]",
      ["classes[1].value: 0 is given twice", "classes[2].label: a is given twice"],
    ],
  ];
  it.each(mistakes)("tells of %s", (_, outputs, manifest, problems) => {
    expect(problemsOf(outputs, manifest)).toEqual(problems);
  });
});
