import { BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageOutput } from "./message-output.ts";

function written(texts: readonly string[]): Buffer {
  const output = createMessageOutput();
  output.begin(0);
  for (const text of texts) output.string(text);
  return Buffer.concat(output.end());
}

function expected(texts: readonly string[]): Buffer {
  const writer = new BinaryWriter();
  for (const text of texts) writer.string(text);
  return Buffer.from(writer.finish());
}

describe("MessageOutput.string()", () => {
  // The length of a text in bytes takes more bytes itself than that in characters.
  const units = ["a", "é", "€", "😀", "é€a", "a€"];
  const lengths = [0, 1, 39, 40, 41, 42, 43, 63, 64, 127, 128, 5461, 8191, 16_383, 16_384];
  it.each(units)("writes texts of %s of any length as protobuf does", (unit) => {
    const texts = lengths.map((length) => unit.repeat(length));
    expect(written(texts).equals(expected(texts))).toBe(true);
  });

  it("writes any texts, one after the other", () => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        expect(written(texts)).toEqual(expected(texts));
      }),
    );
  });
});
