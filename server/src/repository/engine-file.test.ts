import { describe, expect, it } from "vitest";
import { manifestOf } from "../../../test/support/signatures.ts";
import type { EngineFile } from "../engine/engine-loader.ts";
import { checkEngine, engineFileOf } from "./engine-file.ts";

describe("engineFileOf()", () => {
  const cases: [string, Omit<EngineFile, "path">][] = [
    ["{}", { place: undefined, workers: 1, load: { provider: "cpu" } }],
    ["engine: {}", { place: undefined, workers: 1, load: { provider: "cpu" } }],
    ["engine: { executor: inline }", { place: "inline", workers: 1, load: { provider: "cpu" } }],
    [
      "engine: { executor: pool, workers: 3, intraOpThreads: 2, provider: webgpu }",
      { place: "pool", workers: 3, load: { provider: "webgpu", intraOpThreads: 2 } },
    ],
    ["engine: { executor: process }", { place: "process", workers: 1, load: { provider: "cpu" } }],
    ["engine: { provider: cuda }", { place: undefined, workers: 1, load: { provider: "cuda" } }],
  ];
  it.each(cases)("reads %s", (yaml, file) => {
    expect(engineFileOf("model.onnx", manifestOf(yaml))).toEqual({ path: "model.onnx", ...file });
  });

  it("has the defaults of an empty manifest without one", () => {
    expect(engineFileOf("m", undefined)).toEqual(engineFileOf("m", manifestOf("{}")));
  });
});

describe("checkEngine()", () => {
  const cases: [string, string[]][] = [
    ["{}", []],
    ["engine: { workers: 1, intraOpThreads: 1 }", []],
    ["engine: { workers: 64, intraOpThreads: 256 }", []],
    [
      "engine: { workers: 0, intraOpThreads: 0 }",
      [
        "engine.workers: expected 1 to 64, got 0",
        "engine.intraOpThreads: expected 1 to 256, got 0",
      ],
    ],
    ["engine: { workers: 65 }", ["engine.workers: expected 1 to 64, got 65"]],
  ];
  it.each(cases)("checks the counts of %s", (yaml, problems) => {
    expect(checkEngine(manifestOf(yaml))).toEqual(problems);
  });
});
