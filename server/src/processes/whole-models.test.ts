import { describe, expect, it } from "vitest";
import { modelState as model } from "../../../test/support/model-state.ts";
import type { ModelState } from "../repository/model-state.ts";
import { compareModels, wholeModels } from "./whole-models.ts";

describe("wholeModels()", () => {
  const told = (held: readonly (readonly ModelState[])[]): readonly string[] =>
    wholeModels(held).flatMap(({ name, versions }) =>
      versions.map(
        ({ version, status, isReady }) => `${name} ${version} ${isReady} ${status.reason}`,
      ),
    );

  const cases: [string, readonly (readonly ModelState[])[], readonly string[]][] = [
    ["nothing of no process", [], []],
    [
      "what every process has",
      [[model("iris", "a", { 1: "ready", 2: "ready" })], [model("iris", "b", { 1: "ready" })]],
      ["iris 1 true a", "iris 2 true a"],
    ],
    [
      "a version as the process has it that is behind",
      [
        [model("a", "first", { 1: "ready", 2: "ready" }), model("b", "first", { 1: "ready" })],
        [model("a", "second", { 1: "ready", 2: "unavailable" })],
        [model("b", "third", { 1: "unavailable" })],
      ],
      ["a 1 true first", "a 2 false second", "b 1 false third"],
    ],
  ];
  it.each(cases)("tells %s", (_, held, expected) => {
    expect(told(held)).toEqual(expected);
  });
});

describe("compareModels()", () => {
  const whole = [model("iris", "", { 1: "ready", 2: "unavailable" })];
  const cases: [string, readonly ModelState[], readonly string[]][] = [
    ["nothing where the states are equal", whole, []],
    [
      "a version in another state",
      [model("iris", "", { 1: "unavailable", 2: "unavailable" })],
      ["iris 1 UNAVAILABLE, not READY"],
    ],
    ["versions that are gone", [], ["iris 1 absent, not READY", "iris 2 absent, not UNAVAILABLE"]],
    [
      "versions that are new",
      [...whole, model("b", "", { 1: "ready" })],
      ["b 1 READY, not absent"],
    ],
  ];
  it.each(cases)("tells %s", (_, held, expected) => {
    expect(compareModels(whole, held)).toEqual(expected);
  });
});
