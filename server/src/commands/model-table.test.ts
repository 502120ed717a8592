import { describe, expect, it } from "vitest";
import type { ModelState } from "../repository/model-state.ts";
import { layOutModels, type TabledModel, tableOf } from "./model-table.ts";

const cancer: TabledModel = {
  name: "breast-cancer",
  task: "binary",
  problem: "",
  aliases: [
    ["stable", "1"],
    ["old", "1"],
    ["canary", "2"],
  ],
  versions: [
    { version: "1", state: "READY", reason: "" },
    {
      version: "2",
      state: "UNAVAILABLE",
      reason: "golden example 0: rows[0].label: expected 1, got 0",
    },
  ],
};

describe("layOutModels()", () => {
  it("shows versions, their aliases, and why they do not serve", () => {
    const empty: TabledModel = {
      name: "empty",
      task: "other",
      problem: "the model has no version, such as 1/",
      aliases: [],
      versions: [],
    };
    expect(layOutModels([cancer, empty])).toEqual([
      "MODEL           VERSION           STATE         TASK",
      "breast-cancer   1 (stable, old)   READY         binary",
      "breast-cancer   2 (canary)        UNAVAILABLE   binary   golden example 0: rows[0].label: expected 1, got 0",
      "empty           -                 UNAVAILABLE   other    the model has no version, such as 1/",
    ]);
  });

  it("shows a header alone of no models", () => {
    expect(layOutModels([])).toEqual(["MODEL   VERSION   STATE   TASK"]);
  });
});

describe("tableOf()", () => {
  it("reads what this process knows of a model", () => {
    const state: ModelState = {
      name: "breast-cancer",
      displayName: "Breast cancer",
      description: "",
      task: "binary",
      aliases: new Map([["stable", 1n]]),
      problem: "",
      example: undefined,
      versions: [
        {
          version: 1n,
          status: { state: "ready", reason: "", since: 0 },
          isReady: true,
          signature: undefined,
        },
        {
          version: 2n,
          status: { state: "loading", reason: "", since: 0 },
          isReady: false,
          signature: undefined,
        },
      ],
    };
    expect(tableOf(state)).toEqual({
      name: "breast-cancer",
      task: "binary",
      problem: "",
      aliases: [["stable", "1"]],
      versions: [
        { version: "1", state: "READY", reason: "" },
        { version: "2", state: "LOADING", reason: "" },
      ],
    });
  });
});
