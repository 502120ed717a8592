import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { StructSchema, TimestampSchema, ValueSchema } from "@bufbuild/protobuf/wkt";
import { HealthCheckResponseSchema } from "@presage/gen/grpc/health/v1/health_pb";
import {
  PredictResponseSchema,
  PredictStreamResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { GetModelResponseSchema, ListModelsResponseSchema } from "@presage/gen/presage/v1/model_pb";
import { TensorSchema } from "@presage/gen/presage/v1/tensor_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyMessage } from "../../../test/support/any-message.ts";
import { compileMessageWriter } from "./message-writer.ts";

const types: readonly DescMessage[] = [
  PredictResponseSchema,
  PredictStreamResponseSchema,
  TensorSchema,
  ListModelsResponseSchema,
  GetModelResponseSchema,
  HealthCheckResponseSchema,
  ValueSchema,
  StructSchema,
  TimestampSchema,
];

const join = (pieces: readonly Uint8Array[]) => Buffer.concat(pieces);

describe("compileMessageWriter()", () => {
  for (const type of types) {
    it(`writes any ${type.typeName} as the library does, after the lead`, () => {
      const write = compileMessageWriter(type);
      fc.assert(
        fc.property(anyMessage(type), fc.constantFrom(0, 5), (message, lead) => {
          const expected = Buffer.from(toBinary(type, message));
          expect(join(write(message, lead)).subarray(lead)).toEqual(expected);
        }),
      );
    });
  }

  it("writes fields that it does not know", () => {
    const message = create(HealthCheckResponseSchema, { status: 1 });
    message.$unknown = [{ no: 200, wireType: 2, data: new Uint8Array([2, 7, 8]) }];
    const written = join(compileMessageWriter(HealthCheckResponseSchema)(message, 0));
    expect(written).toEqual(Buffer.from(toBinary(HealthCheckResponseSchema, message)));
  });

  it("gives the bytes of large tensors as pieces of their own, uncopied and in order", () => {
    const raws = [1, 2].map((fill) => new Uint8Array(100_000).fill(fill));
    const message = create(PredictResponseSchema, {
      model: "m",
      tensors: raws.map((value) => ({
        name: "t".repeat(200),
        data: { case: "raw" as const, value },
      })),
      requestId: "after",
    });
    const pieces = compileMessageWriter(PredictResponseSchema)(message, 5);
    expect(pieces.filter((piece) => raws.some((raw) => raw === piece))).toEqual(raws);
    expect(pieces).toHaveLength(5);
    const expected = Buffer.from(toBinary(PredictResponseSchema, message));
    expect(join(pieces).subarray(5)).toEqual(expected);
  });

  it("writes the next message right after one that it could not write", () => {
    const write = compileMessageWriter(PredictResponseSchema);
    const message = create(PredictResponseSchema, { model: "m", route: { policy: "stable" } });
    const broken = { ...message, route: { ...message.route, policy: 1 } };
    expect(() => write(broken, 5)).toThrow("a message to write has number where a string belongs");
    const expected = Buffer.from(toBinary(PredictResponseSchema, message));
    expect(join(write(message, 0))).toEqual(expected);
  });

  it("keeps each message's bytes when others are written", () => {
    const write = compileMessageWriter(PredictResponseSchema);
    const messages = ["one", "two"].map((model) => create(PredictResponseSchema, { model }));
    const written = messages.map((message) => write(message, 0));
    const expected = messages.map((each) => Buffer.from(toBinary(PredictResponseSchema, each)));
    expect(written.map(join)).toEqual(expected);
  });
});
