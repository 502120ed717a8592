import { toJson } from "@bufbuild/protobuf";
import { SignatureSchema } from "@presage/gen/presage/v1/model_pb";
import { describe, expect, it } from "vitest";
import { signatureOf, spec } from "../../../test/support/signatures.ts";
import { signatureToProto } from "./signature.ts";

const manifest = `
features:
  - { name: age, input: x, description: In years., unit: a, range: { min: 0 } }
  - { name: size, input: x, range: { min: -1, max: 1 }, missing: fill }
  - { name: free, input: x, range: {} }
  - { name: sex, input: sex, categories: { values: [f, m], closed: true }, missing: fill, fill: f }
  - { name: id, input: id, missing: fill, fill: "9007199254740993" }
classes:
  - { value: 0, label: benign, description: Harmless. }
  - { value: 1, label: malignant }
`;

describe("signatureToProto()", () => {
  it("writes everything that a manifest tells", () => {
    const signature = signatureOf({
      inputs: [spec("x", "FP32", "N", ""), spec("sex", "STRING", "N", 1), spec("id", "INT64", "N")],
      outputs: [spec("label", "INT64", "N"), spec("scores", "FP32", "N", 2)],
      manifest,
    });
    expect(toJson(SignatureSchema, signatureToProto(signature))).toEqual({
      inputs: [
        { name: "x", dataType: "DATA_TYPE_FP32", shape: ["-1", "3"] },
        { name: "sex", dataType: "DATA_TYPE_STRING", shape: ["-1", "1"] },
        { name: "id", dataType: "DATA_TYPE_INT64", shape: ["-1"] },
      ],
      outputs: [
        { name: "label", dataType: "DATA_TYPE_INT64", shape: ["-1"] },
        { name: "scores", dataType: "DATA_TYPE_FP32", shape: ["-1", "2"] },
      ],
      features: [
        {
          name: "age",
          input: "x",
          dataType: "DATA_TYPE_FP32",
          description: "In years.",
          unit: "a",
          range: { min: 0 },
          missing: "MISSING_POLICY_REJECT",
        },
        {
          name: "size",
          input: "x",
          dataType: "DATA_TYPE_FP32",
          range: { min: -1, max: 1 },
          missing: "MISSING_POLICY_FILL",
          fill: "NaN",
        },
        {
          name: "free",
          input: "x",
          dataType: "DATA_TYPE_FP32",
          range: {},
          missing: "MISSING_POLICY_REJECT",
        },
        {
          name: "sex",
          input: "sex",
          dataType: "DATA_TYPE_STRING",
          categories: { values: ["f", "m"], closed: true },
          missing: "MISSING_POLICY_FILL",
          fill: "f",
        },
        {
          name: "id",
          input: "id",
          dataType: "DATA_TYPE_INT64",
          missing: "MISSING_POLICY_FILL",
          fill: "9007199254740993",
        },
      ],
      classes: [
        { value: 0, label: "benign", description: "Harmless." },
        { value: 1, label: "malignant" },
      ],
      classOutput: "label",
    });
  });

  it("writes open dimensions as -1, also those of features", () => {
    const { features, maxRows } = signatureToProto(
      signatureOf({ inputs: [spec("x", "FP64", "N", "M", 3)] }),
    );
    expect(features.map((feature) => feature.shape)).toEqual([[-1n, 3n]]);
    expect(maxRows).toBe(0);
  });

  it("tells that inputs without a row dimension take one row", () => {
    expect(signatureToProto(signatureOf({ inputs: [spec("x", "FP64", 2, 3)] })).maxRows).toBe(1);
  });
});
