import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type PredictRequest,
  PredictRequestSchema,
  PredictResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageOutput } from "../core/message-output.ts";
import type { Prediction } from "../core/prediction.ts";
import { readBinaryQuestion, writeBinaryPrediction } from "./predict-binary.ts";
import { readQuestion, writePrediction } from "./predict-message.ts";

const anyText = fc.oneof(fc.constant(""), fc.string({ maxLength: 200 }));
const anyTensor = fc
  .record({
    name: anyText,
    dataType: fc.nat(15),
    shape: fc.array(fc.nat(2 ** 28 - 1).map(BigInt), { maxLength: 4 }),
    raw: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ name, dataType, shape, raw }) =>
    create(TensorSchema, { name, dataType, shape, data: { case: "raw", value: raw } }),
  );
const anyUsual = fc
  .record({
    model: fc.string({ minLength: 1, maxLength: 20 }),
    version: anyText,
    requestId: anyText,
    tensors: fc.array(anyTensor, { minLength: 1, maxLength: 3 }),
  })
  .map((fields) => create(PredictRequestSchema, fields));

const usual = create(PredictRequestSchema, {
  model: "a",
  tensors: [{ name: "x", shape: [1n, 2n], data: { case: "raw", value: new Uint8Array(8) } }],
});

/** What the message's own reader says, with the numbers of shapes as numbers. */
function questionOf(request: PredictRequest): unknown {
  const question = readQuestion(request);
  const { input } = question;
  const tensors =
    input.kind === "tensors"
      ? input.tensors.map((tensor) => ({ ...tensor, shape: tensor.shape.map(Number) }))
      : [];
  return { ...question, requestId: request.requestId, input: { kind: "tensors", tensors } };
}

describe("readBinaryQuestion()", () => {
  it("reads usual requests as their messages are read", () => {
    fc.assert(
      fc.property(anyUsual, (request) => {
        const message = toBinary(PredictRequestSchema, request);
        expect(readBinaryQuestion(message)).toEqual(
          questionOf(fromBinary(PredictRequestSchema, message)),
        );
      }),
    );
  });

  it("reads nothing else out of any bytes than their message's reader does", () => {
    const anyCut = fc.record({
      request: anyUsual,
      end: fc.nat(400),
      at: fc.nat(400),
      byte: fc.nat(255),
    });
    fc.assert(
      fc.property(anyCut, ({ request, end, at, byte }) => {
        const message = toBinary(PredictRequestSchema, request).slice(0, end);
        message.fill(byte, at, at + 1);
        const read = readBinaryQuestion(message);
        fc.pre(read !== undefined);
        expect(read).toEqual(questionOf(fromBinary(PredictRequestSchema, message)));
      }),
      { numRuns: 500 },
    );
  });

  const others: [string, PredictRequest][] = [
    ["of rows", { ...usual, tensors: [], rows: [{ ...rowOf(1) }] }],
    ["with a list of numbers", { ...usual, tensors: [floats()] }],
    ["without elements", { ...usual, tensors: [create(TensorSchema, { name: "x" })] }],
    ["with names of outputs", { ...usual, outputs: ["label"] }],
    ["with a text that is not ASCII", { ...usual, model: "é" }],
    ["with a negative dimension", { ...usual, tensors: [shaped(-1n)] }],
    ["with a dimension of 2^28", { ...usual, tensors: [shaped(2n ** 28n)] }],
    ["without a model", { ...usual, model: "" }],
    ["without tensors", { ...usual, tensors: [] }],
  ];
  it.each(others)("leaves a request %s to others", (_, request) => {
    expect(readBinaryQuestion(toBinary(PredictRequestSchema, request))).toBeUndefined();
  });
});

function rowOf(value: number): PredictRequest["rows"][number] {
  return { $typeName: "google.protobuf.Value", kind: { case: "numberValue", value } };
}

function floats(): PredictRequest["tensors"][number] {
  return create(TensorSchema, { name: "x", data: { case: "floats", value: { values: [1] } } });
}

function shaped(dimension: bigint): PredictRequest["tensors"][number] {
  const raw = { case: "raw", value: new Uint8Array(0) } as const;
  return create(TensorSchema, { name: "x", shape: [dimension], data: raw });
}

describe("writeBinaryPrediction()", () => {
  const anyPrediction: fc.Arbitrary<Prediction> = fc.record({
    predictionId: fc.string({ unit: "grapheme", maxLength: 300 }),
    model: anyText,
    version: fc.bigInt({ min: 1n, max: 2n ** 62n }),
    output: fc.record({
      kind: fc.constant("tensors" as const),
      tensors: fc.array(
        fc.record({
          name: anyText,
          dataType: fc.constant("FP32" as const),
          shape: fc.array(fc.nat(2 ** 31)),
          data: fc.float32Array(),
        }),
        { maxLength: 3 },
      ),
    }),
    tags: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.constantFrom(null, true, 1.5))),
    route: fc.record({
      policy: fc.constantFrom("requested", "stable", "latest"),
      reason: anyText,
      alias: anyText,
    }),
  });

  it("writes what the message of the answer is written as", () => {
    const output = createMessageOutput();
    fc.assert(
      fc.property(anyPrediction, anyText, (prediction, requestId) => {
        const request = { ...usual, requestId };
        const question = { ...readQuestion(request), requestId };
        output.begin(0);
        writeBinaryPrediction(prediction, question, output);
        const written = new Uint8Array(Buffer.concat(output.end()));
        const expected = toBinary(PredictResponseSchema, writePrediction(prediction, request));
        expect(fromBinary(PredictResponseSchema, written)).toEqual(
          fromBinary(PredictResponseSchema, expected),
        );
        expect(written.byteLength).toBe(expected.byteLength);
      }),
    );
  });
});
