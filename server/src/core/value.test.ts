import { describe, expect, it } from "vitest";
import { isValueList, isValueObject, showValue, type Value } from "./value.ts";

const kinds: [string, Value, "list" | "object" | "other"][] = [
  ["null", null, "other"],
  ["a boolean", false, "other"],
  ["a number", 1.5, "other"],
  ["a bigint", 1n, "other"],
  ["text", "[]", "other"],
  ["an empty list", [], "list"],
  ["a list", [1, "a"], "list"],
  ["an empty object", {}, "object"],
  ["an object without a prototype", Object.create(null), "object"],
];

describe("isValueObject()", () => {
  it.each(kinds)("tells %s", (_, value, kind) => {
    expect(isValueObject(value)).toBe(kind === "object");
  });
});

describe("isValueList()", () => {
  it.each(kinds)("tells %s", (_, value, kind) => {
    expect(isValueList(value)).toBe(kind === "list");
  });
});

describe("showValue()", () => {
  const cases: [string, Value | undefined, string][] = [
    ["what is lacking", undefined, "nothing"],
    ["null", null, "null"],
    ["a boolean", true, "true"],
    ["a number", 0.1, "0.1"],
    ["minus zero", -0, "-0"],
    ["NaN, which JSON does not have", Number.NaN, "NaN"],
    ["an infinity, which JSON does not have", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["a bigint", 9007199254740993n, "9007199254740993"],
    ["text", "abc", '"abc"'],
    ["text with a quote and a line break", 'a"\n', '"a\\"\\n"'],
    ["long text, cut", "x".repeat(50), `"${"x".repeat(39)}…"`],
    ["a list by its length", [1, 2, 3], "a list of 3"],
    ["an object by its kind", { a: 1 }, "an object"],
  ];
  it.each(cases)("writes %s", (_, value, text) => {
    expect(showValue(value)).toBe(text);
  });
});
