import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isShallow, parseJson, readText } from "./json-text.ts";

describe("parseJson()", () => {
  it("reads any JSON", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "grapheme" }), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  const duplicates = [
    '{"a":1,"a":2}',
    '{"a":{"b":1,"b":2}}',
    '[[{"b":[1]},{"b":1,"b":[1]}]]',
    String.raw`{"a":1,"\u0061":2}`,
    '{"a":":","b":1,"b":2}',
    '{"__proto__":1,"__proto__":2}',
  ];
  it.each(duplicates)("refuses %s, which has a name twice", (text) => {
    expect(() => parseJson(text)).toThrow("a name is given twice");
  });

  const others = ['{"a":":::"}', '{":":1,"b":"x:y"}', '{"a":{"a":{"a":[]}}}', '{"__proto__":1}'];
  it.each(others)("takes %s, which has none", (text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  it.each(["", '{"a":', "nothing"])("throws for %j", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

describe("readText()", () => {
  it("reads UTF-8 and nothing else", () => {
    expect(readText(Buffer.from('"é"'))).toBe('"é"');
    expect(() => readText(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(TypeError);
  });
});

describe("isShallow()", () => {
  const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  const cases: [string, string, boolean][] = [
    ["a number", "1", true],
    ["32 levels", nested(32), true],
    ["33 levels", nested(33), false],
    ["many lists side by side", `[${Array(100).fill('{"a":[1]}').join()}]`, true],
    ["a deep one behind many", `[${Array(100).fill("[1]").join()},${nested(40)}]`, false],
    ["brackets in a text", `"${"[".repeat(100)}"`, true],
    ["as many levels as there may be", nested(5000), false],
  ];
  it.each(cases)("tells of %s", (_, text, expected) => {
    expect(isShallow(text, JSON.parse(text))).toBe(expected);
  });
});
