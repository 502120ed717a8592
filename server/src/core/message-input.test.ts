import { BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageInput, refuseField, UsualText } from "./message-input.ts";

const inputOf = (bytes: Uint8Array): MessageInput => new MessageInput(bytes, 0, bytes.byteLength);
const odd = "the message is not of the usual form";

describe("MessageInput.uint()", () => {
  it("reads integers of up to 28 bits", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 28 - 1)), (numbers) => {
        const writer = new BinaryWriter();
        for (const number of numbers) writer.uint32(number);
        const input = inputOf(writer.finish());
        expect(numbers.map(() => input.uint())).toEqual(numbers);
        expect(input.at).toBe(input.end);
      }),
    );
  });

  const refused: [string, readonly number[]][] = [
    ["nothing", []],
    ["a number that is cut off", [0x80]],
    ["a number of 29 bits", [0x80, 0x80, 0x80, 0x80, 0x01]],
  ];
  it.each(refused)("refuses %s", (_, bytes) => {
    expect(() => inputOf(Uint8Array.from(bytes)).uint()).toThrow(odd);
  });
});

describe("MessageInput.part()", () => {
  it("gives bytes where they lie", () => {
    const bytes = Uint8Array.of(2, 7, 8, 9);
    const input = inputOf(bytes);
    const part = input.part();
    expect([[...part], part.buffer === bytes.buffer, input.at]).toEqual([[7, 8], true, 3]);
  });

  it("refuses a part that ends past its message", () => {
    expect(() => inputOf(Uint8Array.of(3, 7, 8)).part()).toThrow(odd);
    const outer = inputOf(Uint8Array.of(2, 2, 7, 8));
    expect(() => outer.message().part()).toThrow(odd);
  });
});

describe("UsualText", () => {
  it("reads texts of ASCII, the same again or others", () => {
    const usual = new UsualText();
    fc.assert(
      fc.property(fc.constantFrom("a", "b", "ab", "", "a longer text"), (text) => {
        const bytes = Buffer.from(`-${text}-`);
        expect(usual.read(bytes, 1, 1 + text.length)).toBe(text);
      }),
    );
  });

  it("refuses a text that is not ASCII, and knows the one before", () => {
    const usual = new UsualText();
    const read = (text: string): string => {
      const bytes = Buffer.from(text);
      return usual.read(bytes, 0, bytes.length);
    };
    expect(read("ab")).toBe("ab");
    expect(() => read("é")).toThrow(odd);
    expect(read("ab")).toBe("ab");
  });
});

describe("refuseField()", () => {
  it("throws", () => {
    expect(refuseField).toThrow(odd);
  });
});
