import { create, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { PredictRequestSchema } from "@presage/gen/presage/v1/inference_pb";
import { describe, expect, it } from "vitest";
import { isTooHeavy } from "./message-weight.ts";

const limit = 100;
const number = { kind: { case: "numberValue" as const, value: 1 } };
const times = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);
const object = (count: number) => ({
  kind: {
    case: "structValue" as const,
    value: {
      fields: Object.fromEntries(
        times(count, number).map((value, index) => [`feature_${index}`, value]),
      ),
    },
  },
});
const list = (count: number) => ({
  kind: { case: "listValue" as const, value: { values: times(count, number) } },
});

interface Case {
  readonly name: string;
  readonly request: MessageInitShape<typeof PredictRequestSchema>;
  readonly heavy: { readonly binary: boolean; readonly json: boolean };
}

const cases: readonly Case[] = [
  {
    name: "few rows",
    request: { rows: times(3, list(30)) },
    heavy: { binary: false, json: false },
  },
  { name: "many rows", request: { rows: times(101, number) }, heavy: { binary: true, json: true } },
  { name: "a long list", request: { rows: [list(101)] }, heavy: { binary: true, json: true } },
  {
    name: "an object of many values",
    request: { rows: [object(101)] },
    heavy: { binary: true, json: true },
  },
  {
    name: "a list in a list in a list",
    request: { rows: [{ kind: { case: "listValue", value: { values: times(4, list(30)) } } }] },
    heavy: { binary: true, json: true },
  },
  {
    name: "many empty texts",
    request: { tensors: [{ data: { case: "strings", value: { values: times(150, "") } } }] },
    heavy: { binary: true, json: true },
  },
  {
    name: "many tensors",
    request: { tensors: times(120, { name: "x" }) },
    heavy: { binary: true, json: true },
  },
  {
    name: "one large raw tensor",
    request: { tensors: [{ data: { case: "raw", value: new Uint8Array(5000) } }] },
    heavy: { binary: false, json: false },
  },
  {
    name: "a long list of numbers, which is packed",
    request: { tensors: [{ data: { case: "doubles", value: { values: times(500, 1) } } }] },
    heavy: { binary: false, json: true },
  },
];

describe("isTooHeavy()", () => {
  it.each(cases)("tells of $name", ({ request, heavy }) => {
    const message = create(PredictRequestSchema, request);
    const json = Buffer.from(toJsonString(PredictRequestSchema, message));
    expect({
      binary: isTooHeavy(PredictRequestSchema, toBinary(PredictRequestSchema, message), {
        format: "binary",
        limit,
      }),
      json: isTooHeavy(PredictRequestSchema, json, { format: "json", limit }),
    }).toEqual(heavy);
  });

  it("leaves bytes that are no such message to the parser", () => {
    const junk = new Uint8Array(1000).fill(0xff);
    expect(isTooHeavy(PredictRequestSchema, junk, { format: "binary", limit })).toBe(false);
  });
});
