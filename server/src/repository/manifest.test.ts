import { describe, expect, it } from "vitest";
import { readManifest } from "./manifest.ts";
import type { FoundModel } from "./source.ts";

function model(manifest: string | undefined, ...versions: bigint[]): FoundModel {
  return {
    name: "m",
    manifest,
    versions: versions.map((version) => ({ model: "m", version, directory: `m/${version}` })),
  };
}

describe("readManifest()", () => {
  it("takes a model without one", () => {
    expect(readManifest(model(undefined))).toEqual({ kind: "ok", manifest: undefined });
  });

  it("takes an empty one", () => {
    expect(readManifest(model("", 1n))).toMatchObject({
      kind: "ok",
      manifest: { displayName: "" },
    });
  });

  it("takes aliases and golden examples of versions that are there", () => {
    const text = `
aliases: { stable: 1, canary: 2, 1st: 1 }
golden:
  - { rows: [[1]], expectRows: [{ y: 1 }], versions: [1, 2] }
  - { tensors: [{ name: x }], expectTensors: [{ name: y }] }`;
    expect(readManifest(model(text, 1n, 2n))).toMatchObject({
      kind: "ok",
      manifest: { aliases: { stable: 1n, canary: 2n, "1st": 1n } },
    });
  });

  const mistakes: [string, string, string[]][] = [
    ["what the document tells", "tsk: 1", ["tsk: unknown field"]],
    ["an alias that is a number", "aliases: { 2: 1 }", ["aliases.2: an alias may not be a number"]],
    ["an alias without a name", 'aliases: { "": 1 }', ["aliases: an alias may not be empty"]],
    [
      "an alias of no version",
      "aliases: { stable: 7 }",
      ["aliases.stable: the model has no version 7"],
    ],
    [
      "batches of nothing that may not wait",
      "batching: { maxBatchSize: 0, maxWait: 0s }",
      [
        "batching.maxBatchSize: expected at least 1, got 0",
        "batching.maxWait: expected more than 0s",
      ],
    ],
    [
      "an example of no version",
      "golden: [{ rows: [1], expectRows: [1], versions: [1, 7] }]",
      ["golden[0].versions: the model has no version 7"],
    ],
    [
      "an example of nothing",
      "golden: [{ name: a }]",
      ["golden[0]: expected either rows or tensors"],
    ],
    [
      "an example of both",
      "golden: [{ rows: [1], expectRows: [1], tensors: [{}] }]",
      ["golden[0]: expected either rows or tensors"],
    ],
    [
      "rows without as many answers",
      "golden: [{ rows: [1, 2], expectRows: [1] }]",
      ["golden[0].expectRows: expected 2, one for each row, got 1"],
    ],
    [
      "tensors without an answer",
      "golden: [{ tensors: [{}] }]",
      ["golden[0].expectTensors: required with tensors"],
    ],
    [
      "all of these at once",
      "aliases: { stable: 7 }\ngolden: [{}, { rows: [1] }]",
      [
        "aliases.stable: the model has no version 7",
        "golden[0]: expected either rows or tensors",
        "golden[1].expectRows: expected 1, one for each row, got 0",
      ],
    ],
  ];
  it.each(mistakes)("tells of %s", (_, text, problems) => {
    const read = readManifest(model(text, 1n));
    const told = read.kind === "invalid" ? read.problems : [];
    expect(told.map((problem) => problem.replace(/, expected one of .*/, ""))).toEqual(problems);
  });
});
