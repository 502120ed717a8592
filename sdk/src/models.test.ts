import { fromJson } from "@bufbuild/protobuf";
import { ModelSchema } from "@presage/gen/presage/v1/model_pb";
import { describe, expect, it } from "vitest";
import { decodeModel } from "./models.ts";

describe("decodeModel()", () => {
  it("reads every field as plain JavaScript", () => {
    const message = fromJson(ModelSchema, {
      name: "iris",
      displayName: "Iris",
      description: "Species of iris.",
      task: "TASK_MULTICLASS",
      aliases: { stable: "18446744073709551615" },
      versions: [
        {
          version: "18446744073709551615",
          state: "VERSION_STATE_READY",
          stateTime: "2026-11-21T09:00:00Z",
          signature: {
            inputs: [{ name: "X", dataType: "DATA_TYPE_FP32", shape: ["-1", "4"] }],
            outputs: [{ name: "label", dataType: "DATA_TYPE_INT64", shape: ["-1"] }],
            features: [
              {
                name: "petal",
                input: "X",
                dataType: "DATA_TYPE_FP32",
                unit: "cm",
                range: { min: 0 },
              },
              {
                name: "site",
                input: "X",
                categories: { values: ["a", 1], closed: true },
                missing: "MISSING_POLICY_FILL",
                fill: "a",
              },
            ],
            classes: [{ value: 0, label: "setosa" }, { label: "unset" }],
            classOutput: "label",
            maxRows: 8,
          },
        },
      ],
    });
    expect(decodeModel(message)).toEqual({
      name: "iris",
      displayName: "Iris",
      description: "Species of iris.",
      task: "multiclass",
      aliases: { stable: "18446744073709551615" },
      versions: [
        {
          version: "18446744073709551615",
          state: "READY",
          reason: "",
          stateTime: new Date("2026-11-21T09:00:00Z"),
          signature: {
            inputs: [{ name: "X", dataType: "FP32", shape: [-1, 4] }],
            outputs: [{ name: "label", dataType: "INT64", shape: [-1] }],
            features: [
              {
                name: "petal",
                dataType: "FP32",
                shape: [],
                input: "X",
                description: "",
                unit: "cm",
                range: { min: 0, max: undefined },
                categories: undefined,
                missing: "reject",
                fill: undefined,
              },
              {
                name: "site",
                dataType: undefined,
                shape: [],
                input: "X",
                description: "",
                unit: "",
                range: undefined,
                categories: { values: ["a", 1], closed: true },
                missing: "fill",
                fill: "a",
              },
            ],
            classes: [
              { value: 0, label: "setosa", description: "" },
              { value: null, label: "unset", description: "" },
            ],
            classOutput: "label",
            maxRows: 8,
          },
        },
      ],
      problem: "",
    });
  });

  it("reads a version whose file was not read yet, and numbers that it does not know", () => {
    const message = fromJson(ModelSchema, { task: 99, versions: [{ state: 99 }] });
    expect(decodeModel(message)).toMatchObject({
      task: "other",
      versions: [
        { version: "0", state: "UNSPECIFIED", stateTime: undefined, signature: undefined },
      ],
    });
  });
});
