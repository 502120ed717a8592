import { describe, expect, it } from "vitest";
import { modelState } from "../../../test/support/model-state.ts";
import { exposeModels } from "./exposed-models.ts";

describe("exposeModels()", () => {
  it("tells nothing of no model, and of one without versions", () => {
    expect(exposeModels([])).toEqual([]);
    expect(exposeModels([modelState("iris", "", {})])).toEqual([]);
  });

  it("tells of every version in which of the states it is", () => {
    const models = [modelState("iris", "", { 1: "ready", 2: "unavailable" })];
    const told = exposeModels(models).map(({ attributes, value }) => [
      ...Object.values(attributes),
      value,
    ]);
    expect(told).toEqual([
      ["iris", "1", "ready", 1],
      ["iris", "1", "loading", 0],
      ["iris", "1", "unloading", 0],
      ["iris", "1", "unavailable", 0],
      ["iris", "2", "ready", 0],
      ["iris", "2", "loading", 0],
      ["iris", "2", "unloading", 0],
      ["iris", "2", "unavailable", 1],
    ]);
  });
});
