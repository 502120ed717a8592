import { FeedbackRequestSchema, PredictResponseSchema } from "@presage/gen/presage/v1/inference_pb";
import {
  MetricsHistorySchema,
  MetricsResponseSchema,
  MetricsWindowSchema,
} from "@presage/gen/presage/v1/metrics_pb";
import { ModelSchema } from "@presage/gen/presage/v1/model_pb";
import { TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import { describe, expect, it } from "vitest";
import { createMessageSchemas } from "./message-schemas.ts";

const comments = new Map([
  ["presage.v1.Tensor", "Tensor is an array."],
  ["presage.v1.Tensor.data", "The elements. Required."],
  ["presage.v1.Tensor.name", "The name of\nthe input.\n\nOr of the output."],
  ["presage.v1.MetricsHistory.step", "The length. Required."],
  ["presage.v1.MetricsHistory.steps", "The number. Not Required.Default: 24."],
  ["presage.v1.Task", "Task is a kind."],
  ["presage.v1.Task.TASK_BINARY", "Two classes."],
]);

const { byName, refer } = createMessageSchemas(
  {
    request: [FeedbackRequestSchema, MetricsWindowSchema, MetricsHistorySchema],
    answer: [PredictResponseSchema, MetricsResponseSchema, ModelSchema],
  },
  comments,
);

const propertyOf = (schema: string, field: string): unknown => {
  const properties = byName[schema]?.["properties"];
  return typeof properties === "object" ? Reflect.get(properties ?? {}, field) : undefined;
};

const float = {
  oneOf: [{ type: "number", format: "double" }, { enum: ["NaN", "Infinity", "-Infinity"] }],
};

describe("createMessageSchemas()", () => {
  it.each([
    ["text", "presage.v1.FeedbackRequest", "predictionId", { type: "string" }],
    [
      "a message",
      "presage.v1.FeedbackRequest",
      "request",
      { $ref: "#/components/schemas/presage.v1.PredictRequest" },
    ],
    ["any values", "presage.v1.FeedbackRequest", "truth", { type: "array", items: {} }],
    ["numbers", "presage.v1.FeedbackRequest", "reward", { type: "array", items: float }],
    [
      "integers of 32 bits",
      "presage.v1.FeedbackRequest",
      "rows",
      { type: "array", items: { type: "integer", minimum: 0, maximum: 4294967295 } },
    ],
    [
      "integers of 64 bits in requests",
      "presage.v1.MetricsWindow",
      "lastRows",
      { type: ["string", "integer"], format: "uint64", pattern: "^[0-9]{1,20}$", minimum: 0 },
    ],
    [
      "integers of 64 bits in answers",
      "presage.v1.DriftMetrics",
      "rows",
      { type: "string", format: "uint64", pattern: "^[0-9]{1,20}$" },
    ],
    ["bytes", "presage.v1.Tensor", "raw", { type: "string", contentEncoding: "base64" }],
    ["booleans", "presage.v1.DriftMetrics", "drifted", { type: "boolean" }],
    ["moments", "presage.v1.MetricsResponse", "time", { type: "string", format: "date-time" }],
    [
      "maps",
      "presage.v1.Model",
      "aliases",
      {
        type: "object",
        additionalProperties: { type: "string", format: "uint64", pattern: "^[0-9]{1,20}$" },
      },
    ],
    ["enums", "presage.v1.Model", "task", { $ref: "#/components/schemas/presage.v1.Task" }],
  ])("describes %s", (_, schema, field, expected) => {
    expect(propertyOf(schema, field)).toEqual(expected);
  });

  it("lists the values of an enum, with what each means", () => {
    expect(byName["presage.v1.Task"]).toMatchObject({
      type: "string",
      enum: expect.arrayContaining(["TASK_BINARY", "TASK_REGRESSION"]),
      description: expect.stringMatching(
        /^Task is a kind\.\n\n.*- `TASK_BINARY`: Two classes\.\n/s,
      ),
    });
  });

  it("keeps the paragraphs of a comment, not its lines", () => {
    expect(propertyOf("presage.v1.Tensor", "name")).toEqual({
      type: "string",
      description: "The name of the input.\n\nOr of the output.",
    });
  });

  it("requires fields whose comment says so in a sentence", () => {
    expect(byName["presage.v1.MetricsHistory"]?.["required"]).toEqual(["step"]);
  });

  it("allows at most one field of a oneof", () => {
    expect(byName["presage.v1.MetricsWindow"]?.["oneOf"]).toEqual([
      { required: ["lastRows"] },
      { required: ["last"] },
      { not: { anyOf: [{ required: ["lastRows"] }, { required: ["last"] }] } },
    ]);
  });

  it("requires one field of a oneof that is required, in requests alone", () => {
    expect(byName["presage.v1.Tensor"]?.["oneOf"]).toHaveLength(8);
    expect(byName["presage.v1.Tensor.Answer"]?.["oneOf"]).toHaveLength(9);
  });

  it("says in words what a oneof is", () => {
    expect(byName["presage.v1.Tensor"]?.["description"]).toBe(
      "Tensor is an array.\n\nOf `raw`, `floats`, `doubles`, `int32s`, `int64s`, `uint64s`, `bools`, `strings`, just one. The elements. Required.",
    );
  });

  it("has two schemas of a message that is sent and answered, and one of every other", () => {
    const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    expect(refer(TensorSchema, "request")).toEqual(ref("presage.v1.Tensor"));
    expect(refer(TensorSchema, "answer")).toEqual(ref("presage.v1.Tensor.Answer"));
    expect(refer(ModelSchema, "answer")).toEqual(ref("presage.v1.Model"));
  });
});
