import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { PredictRequestSchema, PredictResponseSchema } from "@presage/gen/presage/v1/inference_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Prediction } from "../core/prediction.ts";
import type { Value } from "../core/value.ts";
import { readJsonQuestion, writeJsonPrediction } from "./predict-json.ts";
import { readQuestion, writePrediction } from "./predict-message.ts";

const anyJson = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>;
const usual = {
  model: fc.constantFrom("a", "é"),
  version: fc.constantFrom("", "1", "stable"),
  rows: fc.array(anyJson, { minLength: 1 }),
  outputs: fc.array(fc.string()),
  requestId: fc.string(),
};
const unusual = {
  request_id: fc.string(),
  tensors: fc.constant([]),
  routingKey: fc.string(),
  version: anyJson,
  outputs: anyJson,
  unknown: anyJson,
};
const anyRequest = fc
  .tuple(
    fc.record(usual, { requiredKeys: ["model", "rows"] }),
    fc.oneof(fc.constant({}), fc.record(unusual, { requiredKeys: [] })),
  )
  .map(([fields, others]) => ({ ...fields, ...others }));

describe("readJsonQuestion()", () => {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

  it("reads whatever it reads as the message is read", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const json = JSON.parse(JSON.stringify(request)) as JsonValue;
        const question = readJsonQuestion(json);
        fc.pre(question !== undefined);
        const message = fromJson(PredictRequestSchema, json, { ignoreUnknownFields: true });
        const { requestId } = message;
        expect(plain(question)).toEqual(plain({ ...readQuestion(message), requestId }));
      }),
      { numRuns: 300 },
    );
  });

  it("reads a request of rows, with and without all that may be said", () => {
    const rows = [[1, 2.5], { a: null }];
    const input = { kind: "rows", rows };
    expect(readJsonQuestion({ model: "a", rows })).toEqual({
      model: "a",
      version: "",
      outputs: [],
      requestId: "",
      input,
    });
    const all = { model: "a", version: "2", outputs: ["y"], requestId: "r" };
    expect(readJsonQuestion({ ...all, rows })).toEqual({ ...all, input });
  });

  const others: [string, JsonValue][] = [
    ["no object", []],
    ["null", null],
    ["a request without a model", { rows: [1] }],
    ["one whose model is empty", { model: "", rows: [1] }],
    ["one without rows", { model: "a", rows: [] }],
    ["one by tensors", { model: "a", tensors: [{ name: "x" }] }],
    ["one with names as protobuf has them", { model: "a", rows: [1], request_id: "r" }],
    ["one with a mistake", { model: "a", rows: [1], outputs: [1] }],
    ["one with what is not known", { model: "a", rows: [1], more: 1 }],
  ];
  it.each(others)("leaves %s to others", (_, json) => {
    expect(readJsonQuestion(json)).toBeUndefined();
  });
});

describe("writeJsonPrediction()", () => {
  const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.boolean(),
      fc.double(),
      fc.bigInt(),
      fc.string({ unit: "grapheme" }),
      fc.array(tie("value")),
      fc.dictionary(fc.string(), tie("value")),
    ),
  })).value;
  const anyObject = fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), anyValue);

  it("writes what the message of the answer is written as", () => {
    fc.assert(
      fc.property(
        fc.array(anyObject, { minLength: 1 }),
        fc.constantFrom("", "r"),
        (rows, requestId) => {
          const prediction: Prediction = {
            predictionId: "id",
            model: "a",
            version: 3n,
            output: { kind: "rows", rows },
            tags: { shape_input_data: "(1, 30)" },
            route: { policy: "stable", reason: "é", alias: "stable" },
          };
          const request = create(PredictRequestSchema, { model: "a", requestId });
          const question = { model: "a", version: "", outputs: [], requestId };
          const written = writeJsonPrediction(prediction, {
            ...question,
            input: { kind: "rows", rows: [] },
          });
          const message = writePrediction(prediction, request);
          expect(written).toBe(JSON.stringify(toJson(PredictResponseSchema, message)));
        },
      ),
    );
  });
});
