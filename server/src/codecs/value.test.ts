import { fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { NullValue, type Value as ValueMessage, ValueSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Value } from "../core/value.ts";
import { valueFromProto, valueToJson, valueToProto } from "./value.ts";

function overTheWire(message: ValueMessage): ValueMessage {
  return fromBinary(ValueSchema, toBinary(ValueSchema, message));
}

const hostile = JSON.parse('{"__proto__": {"a": 1}, "constructor": [2], "toString": null}');

describe("valueFromProto()", () => {
  it("reads a value without a kind as null", () => {
    expect(valueFromProto(fromBinary(ValueSchema, new Uint8Array(0)))).toBeNull();
  });

  it("reads null, whatever number stands for it", () => {
    const value = 0 as NullValue;
    const kind = { case: "nullValue", value } as const;
    expect(valueFromProto({ ...valueToProto(null), kind })).toBeNull();
  });

  it("reads NaN and the infinities, which protobuf can carry", () => {
    const numbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const read = numbers.map((value) =>
      valueFromProto(
        overTheWire({ ...valueToProto(0), kind: { case: "numberValue" as const, value } }),
      ),
    );
    expect(read).toEqual(numbers);
  });

  it("reads objects that name a feature as a part of every object", () => {
    const read = valueFromProto(overTheWire(fromJson(ValueSchema, hostile))) as object;
    expect(Object.getPrototypeOf(read)).toBeNull();
    expect(Object.keys(read)).toEqual(["__proto__", "constructor", "toString"]);
    expect(JSON.stringify(read)).toBe(JSON.stringify(hostile));
  });
});

const cases: [string, Value, unknown][] = [
  ["null", null, null],
  ["a boolean", true, true],
  ["a number", 0.1, 0.1],
  ["text", "é", "é"],
  ["NaN as text", Number.NaN, "NaN"],
  ["infinity as text", Number.POSITIVE_INFINITY, "Infinity"],
  ["minus infinity as text", Number.NEGATIVE_INFINITY, "-Infinity"],
  ["a small bigint as a number", -5n, -5],
  ["the greatest exact integer as a number", 2n ** 53n - 1n, 2 ** 53 - 1],
  ["2^53 as text", 2n ** 53n, "9007199254740992"],
  ["what no number can tell as text", -(2n ** 53n) - 1n, "-9007199254740993"],
  ["the greatest UINT64 as text", 2n ** 64n - 1n, "18446744073709551615"],
  ["lists", [1, [true, null]], [1, [true, null]]],
  ["objects", { a: { b: [1n] } }, { a: { b: [1] } }],
  ["objects with hostile names", hostile, hostile],
];

describe("valueToProto()", () => {
  it.each(cases)("writes %s", (_, value, json) => {
    const written = toJson(ValueSchema, overTheWire(valueToProto(value)));
    expect(JSON.stringify(written)).toBe(JSON.stringify(json));
  });

  it("writes what valueFromProto() reads", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    const scalars = fc.oneof(fc.constant(null), fc.boolean(), finite, fc.string());
    const names = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("__proto__", "constructor", "hasOwnProperty"),
    );
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        scalars,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(names, tie("value"), { maxKeys: 4, noNullPrototype: false }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const read = valueFromProto(overTheWire(valueToProto(given)));
        expect(read).toEqual(given);
      }),
    );
  });
});

describe("valueToJson()", () => {
  it.each(cases)("writes %s", (_, value, json) => {
    expect(JSON.stringify(valueToJson(value))).toBe(JSON.stringify(json));
  });
});
