import { describe, expect, it } from "vitest";
import { HpackError } from "./hpack-error.ts";
import { decodeHuffman } from "./huffman.ts";

function decode(hex: string): string {
  const bytes = Buffer.from(hex, "hex");
  return decodeHuffman(bytes, 0, bytes.length);
}

describe("decodeHuffman()", () => {
  const cases: [string, string, string][] = [
    ["nothing", "", ""],
    ["a code with padding", "1f", "a"],
    ["codes that fill their bytes", "18c6318c63", "aaaaaaaa"],
    ["padding of seven bits", "18c631ff", "aaaaa"],
    ["the byte 0, whose code has 13 bits", "ffc7", "\0"],
    ["the byte 255, whose code has 26 bits", "fffffbbf", "\xff"],
    ["the longest code", "fffffff3", "\n"],
    ["what RFC 7541 shows of a name", "f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"],
    [
      "what RFC 7541 shows of a date",
      "d07abe941054d444a8200595040b8166e082a62d1bff",
      "Mon, 21 Oct 2013 20:13:21 GMT",
    ],
  ];
  it.each(cases)("reads %s", (_, hex, text) => {
    expect(decode(hex)).toBe(text);
  });

  it("reads only the bytes from the start to the end", () => {
    expect(decodeHuffman(Buffer.from("ff1fff", "hex"), 1, 2)).toBe("a");
  });

  it("reads a text of any length", () => {
    for (const length of [8 * 511, 8 * 512, 8 * 20_000]) {
      expect(decode("18c6318c63".repeat(length / 8))).toBe("a".repeat(length));
    }
  });

  const errors: [string, string][] = [
    ["padding of eight bits", "ff"],
    ["a whole byte of padding too many", "1fff"],
    ["padding of zeros", "18"],
    ["padding with one zero", "1e"],
    ["the end of a string", "ffffffff"],
    ["the end of a string behind a text", "1fffffffff"],
    ["the end of a string before a text", "fffffffc63"],
    ["the start of a code of 30 bits", "fffffff0"],
  ];
  it.each(errors)("refuses %s", (_, hex) => {
    expect(() => decode(hex)).toThrow(HpackError);
  });
});
