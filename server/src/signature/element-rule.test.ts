import { describe, expect, it } from "vitest";
import type { Domain, Feature, Missing } from "../core/signature.ts";
import type { DataType } from "../core/tensor.ts";
import type { Value } from "../core/value.ts";
import type { Element } from "./element-buffer.ts";
import { createElementRule, type ElementRule, Rejection } from "./element-rule.ts";

interface RuleParts {
  readonly domain?: Domain;
  readonly missing?: Missing;
}

function rule(dataType: DataType, { domain, missing }: RuleParts = {}): ElementRule {
  const feature: Feature = {
    name: "f",
    dataType,
    shape: [],
    input: 0,
    offset: 0,
    description: "",
    unit: "",
    domain: domain ?? { kind: "any" },
    missing: missing ?? { kind: "reject" },
  };
  return createElementRule(feature);
}

/** The element, or the text of the rejection. */
function outcome(result: Element | Rejection): Element | { readonly rejected: string } {
  return result instanceof Rejection ? { rejected: result.description } : result;
}

const infinity = Number.POSITIVE_INFINITY;

describe("read()", () => {
  const taken: [DataType, Value, Element][] = [
    ["BOOL", true, 1],
    ["BOOL", false, 0],
    ["STRING", "", ""],
    ["STRING", "é", "é"],
    ["FP64", 0.1, 0.1],
    ["FP64", -0, -0],
    ["FP32", 0.1, Math.fround(0.1)],
    ["FP32", 3.4028234663852886e38, 3.4028234663852886e38],
    ["FP32", 1e-60, 0],
    ["FP16", 65_504, 65_504],
    ["FP16", 0.1, 0.0999755859375],
    ["BF16", 0.1, 0.10009765625],
    ["UINT8", 255, 255],
    ["INT8", -128, -128],
    ["INT16", 32_767, 32_767],
    ["UINT16", 0, 0],
    ["INT32", -(2 ** 31), -(2 ** 31)],
    ["UINT32", 2 ** 32 - 1, 2 ** 32 - 1],
    ["INT32", 7n, 7],
    ["INT64", 7, 7n],
    ["INT64", 2 ** 53 - 1, 2n ** 53n - 1n],
    ["INT64", "9007199254740993", 9007199254740993n],
    ["INT64", "-9223372036854775808", -(2n ** 63n)],
    ["INT64", 9007199254740993n, 9007199254740993n],
    ["UINT64", "18446744073709551615", 2n ** 64n - 1n],
  ];
  it.each(taken)("takes for %s: %s", (type, value, element) => {
    expect(rule(type).read(value)).toBe(element);
  });

  const refused: [DataType, Value | undefined, string][] = [
    ["FP64", undefined, "missing"],
    ["FP64", null, "expected a number, got null"],
    ["FP64", "abc", 'expected a number, got "abc"'],
    ["FP64", "1.5", 'expected a number, got "1.5"'],
    ["FP64", true, "expected a number, got true"],
    ["FP64", [1], "expected a number, got a list of 1"],
    ["FP64", { a: 1 }, "expected a number, got an object"],
    ["FP64", 1n, "expected a number, got 1"],
    ["FP64", Number.NaN, "expected a finite number, got NaN"],
    ["FP64", infinity, "expected a finite number, got Infinity"],
    ["FP32", -infinity, "expected a finite number, got -Infinity"],
    ["FP32", 3.5e38, "expected a number within the range of FP32, got 3.5e+38"],
    ["FP16", 65_520, "expected a number within the range of FP16, got 65520"],
    ["BF16", 3.4e38, "expected a number within the range of BF16, got 3.4e+38"],
    ["BOOL", 1, "expected true or false, got 1"],
    ["BOOL", "true", 'expected true or false, got "true"'],
    ["BOOL", null, "expected true or false, got null"],
    ["STRING", 1, "expected text, got 1"],
    ["STRING", null, "expected text, got null"],
    ["INT32", 1.5, "expected an integer, got 1.5"],
    ["INT32", "1", 'expected an integer, got "1"'],
    ["INT32", true, "expected an integer, got true"],
    ["INT32", null, "expected an integer, got null"],
    ["INT32", Number.NaN, "expected an integer, got NaN"],
    ["INT32", infinity, "expected an integer, got Infinity"],
    ["INT32", 2 ** 31, "expected an integer from -2147483648 to 2147483647, got 2147483648"],
    [
      "INT32",
      2n ** 64n,
      "expected an integer from -2147483648 to 2147483647, got 18446744073709551616",
    ],
    ["UINT8", -1, "expected an integer from 0 to 255, got -1"],
    ["UINT8", 256, "expected an integer from 0 to 255, got 256"],
    ["INT8", 128, "expected an integer from -128 to 127, got 128"],
    ["UINT64", -1, "expected an integer from 0 to 18446744073709551615, got -1"],
    [
      "UINT64",
      "18446744073709551616",
      'expected an integer from 0 to 18446744073709551615, got "18446744073709551616"',
    ],
    [
      "INT64",
      2 ** 53,
      "expected an integer beyond 2^53 to be written as a string of digits, got 9007199254740992",
    ],
    [
      "INT64",
      2n ** 63n,
      "expected an integer from -9223372036854775808 to 9223372036854775807, got 9223372036854775808",
    ],
    ["INT64", "1e3", 'expected an integer, got "1e3"'],
    ["INT64", "", 'expected an integer, got ""'],
    ["INT64", "0x10", 'expected an integer, got "0x10"'],
    ["INT64", " 1", 'expected an integer, got " 1"'],
    ["INT64", "1".repeat(100), `expected an integer, got "${"1".repeat(39)}…"`],
    ["INT64", 0.5, "expected an integer, got 0.5"],
  ];
  it.each(refused)("refuses for %s: %s", (type, value, rejected) => {
    expect(outcome(rule(type).read(value))).toEqual({ rejected });
  });

  const filled: [DataType, number | bigint | string | boolean, Value | undefined, Element][] = [
    ["FP64", Number.NaN, undefined, Number.NaN],
    ["FP64", Number.NaN, null, Number.NaN],
    ["FP64", -1, Number.NaN, -1],
    ["FP32", 0.1, infinity, Math.fround(0.1)],
    ["STRING", "unknown", null, "unknown"],
    ["STRING", "", undefined, ""],
    ["BOOL", true, undefined, 1],
    ["INT32", -1, null, -1],
    ["INT64", "9007199254740993", undefined, 9007199254740993n],
  ];
  it.each(filled)("fills for %s with %s the missing %s as %s", (type, fill, value, element) => {
    expect(rule(type, { missing: { kind: "fill", fill } }).read(value)).toBe(element);
  });

  it("fills nothing that is there, even if it is wrong", () => {
    const filling = rule("FP64", { missing: { kind: "fill", fill: 0 } });
    expect(filling.read(5)).toBe(5);
    expect(outcome(filling.read("abc"))).toEqual({ rejected: 'expected a number, got "abc"' });
  });
});

function range(min: number, max: number): RuleParts {
  return { domain: { kind: "range", min, max } };
}

function categories(values: readonly Value[], closed: boolean): RuleParts {
  return { domain: { kind: "categories", values, closed } };
}

describe("a domain", () => {
  const within: [string, DataType, RuleParts, Value][] = [
    ["the least value", "FP64", range(0, 1), 0],
    ["the greatest value", "FP64", range(0, 1), 1],
    ["a bound that FP32 cannot hold, from below", "FP32", range(0.1, 1), 0.1],
    ["a bound that FP32 cannot hold, from above", "FP32", range(-1, 0.7), 0.7],
    ["a bound that FP16 cannot hold", "FP16", range(0.1, 0.3), 0.3],
    ["a bound that BF16 cannot hold", "BF16", range(0.1, 0.3), 0.1],
    ["a half-open range", "FP64", range(0, infinity), 1e300],
    ["an integer", "INT64", range(1, 10), "10"],
    ["a closed category", "STRING", categories(["a", "b"], true), "b"],
    ["a closed category that FP32 cannot hold", "FP32", categories([0.1], true), 0.1],
    ["a closed category of an integer", "INT64", categories([1, 2], true), 2],
    [
      "a closed category beyond 2^53",
      "INT64",
      categories(["9007199254740993"], true),
      9007199254740993n,
    ],
    ["a closed boolean", "BOOL", categories([true], true), true],
    ["what an open list does not have", "STRING", categories(["a"], false), "z"],
  ];
  it.each(within)("allows %s", (_, type, parts, value) => {
    const read = rule(type, parts).read(value);
    expect(read).toBe(rule(type).read(value));
    expect(rule(type, parts).check(read as Element)).toBe(read);
  });

  const outside: [string, DataType, RuleParts, Value, string][] = [
    ["less", "FP64", range(0, 1), -0.5, "expected a number from 0 to 1, got -0.5"],
    ["more", "FP64", range(0, 1), 1.5, "expected a number from 0 to 1, got 1.5"],
    [
      "just more, in FP32",
      "FP32",
      range(0, 0.1),
      0.10000001,
      "expected a number from 0 to 0.1, got 0.10000000894069672",
    ],
    [
      "less than a lower bound",
      "FP64",
      range(0, infinity),
      -1,
      "expected a number of at least 0, got -1",
    ],
    [
      "more than an upper bound",
      "INT32",
      range(-infinity, 9),
      10,
      "expected a number of at most 9, got 10",
    ],
    ["a wide integer", "UINT64", range(0, 9), "10", "expected a number from 0 to 9, got 10"],
    [
      "another category",
      "STRING",
      categories(["a", "b"], true),
      "A",
      'expected one of "a", "b", got "A"',
    ],
    ["another number", "FP64", categories([1, 2.5], true), 2, "expected one of 1, 2.5, got 2"],
    ["another integer", "INT64", categories([1], true), 2, "expected one of 1, got 2"],
  ];
  it.each(outside)("refuses %s", (_, type, parts, value, rejected) => {
    expect(outcome(rule(type, parts).read(value))).toEqual({ rejected });
  });

  it("is not asked of a fill", () => {
    const parts = { ...range(0, 1), missing: { kind: "fill", fill: -1 } } as const;
    expect(rule("FP64", parts).read(null)).toBe(-1);
  });
});

describe("check()", () => {
  const refused: [DataType, Element, string][] = [
    ["FP64", Number.NaN, "expected a finite number, got NaN"],
    ["FP32", infinity, "expected a finite number, got Infinity"],
    ["BF16", -infinity, "expected a finite number, got -Infinity"],
  ];
  it.each(refused)("refuses for %s %d", (type, element, rejected) => {
    expect(outcome(rule(type).check(element))).toEqual({ rejected });
  });

  it.each([Number.NaN, infinity, -infinity])("fills %d where the feature allows it", (element) => {
    expect(rule("FP64", { missing: { kind: "fill", fill: 3 } }).check(element)).toBe(3);
  });
});

describe("checksNothing", () => {
  const cases: [string, DataType, RuleParts, boolean][] = [
    ["an integer", "INT64", {}, true],
    ["text", "STRING", {}, true],
    ["an open list of categories", "STRING", categories(["a"], false), true],
    ["a closed list of categories", "STRING", categories(["a"], true), false],
    ["a range", "INT32", range(0, 1), false],
    ["a floating-point number, which may be NaN", "FP16", {}, false],
  ];
  it.each(cases)("of %s", (_, type, parts, nothing) => {
    expect(rule(type, parts).checksNothing).toBe(nothing);
  });
});
