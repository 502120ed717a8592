import { describe, expect, it } from "vitest";
import { createHpackDecoder, encodeRequestFields } from "./hpack.ts";

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

describe("createHpackDecoder()", () => {
  it("reads a connection's answers with Huffman codes while its table forgets the oldest", () => {
    // The examples of RFC 7541, appendix C.6, whose table holds 256 bytes.
    const decoder = createHpackDecoder();
    const cookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
    const blocks = [
      `3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
       2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
      "4883 640e ffc1 c0bf",
      `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7
       821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed
       4ee5 b106 3d50 07`,
    ];
    const common = [
      ["cache-control", "private"],
      ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
      ["location", "https://www.example.com"],
    ];
    expect(blocks.map((block) => decoder.decode(bytes(block.replaceAll(/\s/g, ""))))).toEqual([
      [[":status", "302"], ...common],
      [[":status", "307"], ...common],
      [
        [":status", "200"],
        ["cache-control", "private"],
        ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
        ["location", "https://www.example.com"],
        ["content-encoding", "gzip"],
        ["set-cookie", cookie],
      ],
    ]);
  });

  it("reads what is not to be remembered, and remembers it not", () => {
    const decoder = createHpackDecoder();
    const block = bytes("00 0161 0162");
    expect(decoder.decode(block)).toEqual([["a", "b"]]);
    expect(() => decoder.decode(bytes("be"))).toThrow("unknown field 62");
  });

  it.each(["40", "4001", "7f80"])("refuses the block %s, which ends too early", (hex) => {
    expect(() => createHpackDecoder().decode(bytes(hex))).toThrow("ends too early");
  });
});

describe("encodeRequestFields()", () => {
  it("writes every field once, and then refers to it", () => {
    const fields = [
      [":method", "POST"],
      [":path", "/a.B/C"],
      ["te", "trailers"],
    ] as const;
    const { first, again } = encodeRequestFields(fields);
    const decoder = createHpackDecoder();
    expect(decoder.decode(first)).toEqual(fields);
    expect(decoder.decode(again)).toEqual(fields);
    expect(again).toHaveLength(3);
  });
});
