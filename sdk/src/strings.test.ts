import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packStrings, unpackStrings } from "./strings.ts";

describe("packStrings()", () => {
  it("writes the length in bytes before each text", () => {
    expect([...packStrings(["é", ""])]).toEqual([2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0]);
  });
});

describe("unpackStrings()", () => {
  it("reads back any texts, at any offset", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.nat(9), (texts, offset) => {
        const packed = packStrings(texts);
        const moved = new Uint8Array(offset + packed.length);
        moved.set(packed, offset);
        expect(unpackStrings(moved.subarray(offset))).toEqual(texts);
      }),
    );
  });

  it("keeps a byte order mark", () => {
    expect(unpackStrings(packStrings(["\uFEFFa"]))).toEqual(["\uFEFFa"]);
  });

  const broken: [string, number[]][] = [
    ["a length cut short", [1, 0, 0]],
    ["a text cut short", [2, 0, 0, 0, 65]],
    ["bytes that are not UTF-8", [1, 0, 0, 0, 0xff]],
  ];
  for (const [what, bytes] of broken) {
    it(`does not read ${what}`, () => {
      expect(unpackStrings(Uint8Array.from(bytes))).toBeUndefined();
    });
  }
});
