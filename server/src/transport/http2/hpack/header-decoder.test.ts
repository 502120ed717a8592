import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeaderDecoder, type HeaderDecoder, HpackError } from "./header-decoder.ts";
import { encodeHeaders } from "./header-encoder.ts";

const limits = { maxListBytes: 65_536, maxFields: 100 };

function create(): HeaderDecoder {
  return createHeaderDecoder(limits);
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

/** Decodes blocks on one connection, and gives the list of the last. */
function last(...blocks: readonly string[]): readonly string[] | undefined {
  const decoder = create();
  return blocks.map((block) => decoder.decode(hex(block))).at(-1);
}

/** A literal that is added to the table. */
function added(name: string, value: string): string {
  return encodeHeaders([[name, value]])
    .toString("hex")
    .replace(/^00/, "40");
}

const addX = added("x", "1");
const addY = added("y", "2");

describe("decode() of HeaderDecoder", () => {
  const forms: [string, string, string[]][] = [
    ["an empty block", "", []],
    ["an indexed field", "82", [":method", "GET"]],
    ["the last field of the static table", "bd", ["www-authenticate", ""]],
    [
      "a literal that is added",
      "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
      ["custom-key", "custom-header"],
    ],
    ["a literal that is not added", "040c2f73616d706c652f70617468", [":path", "/sample/path"]],
    [
      "a literal that is never to be added",
      "100870617373776f726406736563726574",
      ["password", "secret"],
    ],
    ["an empty name and value", "000000", ["", ""]],
    [
      "bytes that are not ASCII",
      "000178 08e9ff80 0001020304",
      ["x", "\xe9\xff\x80\0\x01\x02\x03\x04"],
    ],
    ["an integer of several bytes", `000178 7f8001 ${"61".repeat(255)}`, ["x", "a".repeat(255)]],
    ["an integer with a byte that adds nothing", "0f8000 0131", ["accept-charset", "1"]],
    ["changes of the table's size before the fields", "20 3fe11f 82", [":method", "GET"]],
  ];
  it.each(forms)("reads %s", (_, block, list) => {
    expect(last(block)).toEqual(list);
  });

  it("takes bytes that are no Buffer, from the middle of their memory", () => {
    const memory = Uint8Array.of(
      0xff,
      0x00,
      0x01,
      0x78,
      0x07,
      97,
      98,
      99,
      100,
      101,
      102,
      103,
      0xff,
    );
    expect(create().decode(memory.subarray(1, 12))).toEqual(["x", "abcdefg"]);
  });

  const errors: [string, string][] = [
    ["the index 0", "80"],
    ["an index beyond the tables", "be"],
    ["the index of a name beyond the tables", "7e 0131"],
    ["an integer that is cut off", "ff"],
    ["an integer that is cut off after a byte", "ff80"],
    ["an integer of more than four further bytes", "ffffffffff0f"],
    ["a literal without its name", "40"],
    ["a literal with half of its name", "4003 6161"],
    ["a literal without its value", "4001 61"],
    ["a literal with half of its value", "4001 61 02 61"],
    ["a text of 268 million bytes of which none is there", "0001 61 7fffffff7f"],
    ["a Huffman code with too much padding", "0082 1fff 0131"],
    ["a Huffman code with the end of a string", "000161 85 1fffffffff"],
    ["a table of 4097 bytes", "3fe21f"],
    ["a change of the table's size after a field", "82 20"],
  ];
  it.each(errors)("refuses %s", (_, block) => {
    expect(() => create().decode(hex(block))).toThrow(HpackError);
  });

  it("throws nothing else than an HpackError, whatever the bytes, and gives whole fields", () => {
    const blocks = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(blocks, (bytes) => {
        const decoder = create();
        const outcome = outcomeOf(() => bytes.map((block) => decoder.decode(block)));
        const lists = outcome instanceof HpackError ? [] : outcome;
        expect(lists.every((list) => list === undefined || list.length % 2 === 0)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("the table of a HeaderDecoder", () => {
  it("numbers its fields from the newest", () => {
    expect(last(addX, addY, "bebf")).toEqual(["y", "2", "x", "1"]);
    expect(() => last(addX, addY, "c0")).toThrow(HpackError);
  });

  it("has a field for those behind it in the same block", () => {
    expect(last(`${addX} be 7e0132 bebf`)).toEqual("x 1 x 1 x 2 x 2 x 1".split(" "));
  });

  it("drops the oldest where its size becomes less, or a field needs their room", () => {
    // 34 bytes each.
    expect(last(addX, addY, "3f24 be")).toEqual(["y", "2"]);
    expect(() => last(addX, addY, "3f24 bf")).toThrow(HpackError);
    expect(last("3f24", addX, addY, "be")).toEqual(["y", "2"]);
    expect(() => last("3f24", addX, addY, "bf")).toThrow(HpackError);
    expect(last("3f03", addX, "be")).toEqual(["x", "1"]);
    expect(() => last("3f02", addX, "be")).toThrow(HpackError);
    expect(() => last(addX, "20 3fe11f", "be")).toThrow(HpackError);
  });

  it("adds a field whose name is that of the one it drops", () => {
    expect(last("3f03", addX, "7e0132", "be")).toEqual(["x", "2"]);
  });

  it("is emptied by a field larger than all of it, which is given all the same", () => {
    const value = "a".repeat(4096 - 32);
    expect(last(addX, added("", value), "be")).toEqual(["", value]);
    expect(last(addX, added("x", value))).toEqual(["x", value]);
    expect(() => last(addX, added("x", value), "be")).toThrow(HpackError);
  });

  it("holds 128 fields at most, however many come", () => {
    const fields = "400000".repeat(300);
    const large = createHeaderDecoder({ maxListBytes: 65_536, maxFields: 300 });
    expect(large.decode(hex(fields))).toHaveLength(600);
    expect(large.decode(hex("ff3e"))).toEqual(["", ""]);
    expect(() => large.decode(hex("ff3f"))).toThrow(HpackError);
  });
});

describe("the limits of a HeaderDecoder", () => {
  const lists: [string, string, readonly string[] | undefined][] = [
    ["as many fields as may be", "828282", [":method", "GET", ":method", "GET", ":method", "GET"]],
    ["one more", "82828282", undefined],
    [
      "as many bytes as may be",
      `000178 3d ${"61".repeat(61)} 000000`,
      ["x", "a".repeat(61), "", ""],
    ],
    ["one more byte", `000178 3e ${"61".repeat(62)} 000000`, undefined],
  ];
  it.each(lists)("of %s", (_, block, list) => {
    const decoder = createHeaderDecoder({ maxListBytes: 126, maxFields: 3 });
    expect(decoder.decode(hex(block))).toEqual(list);
  });

  it("leave the table right: fields beyond them are added too", () => {
    const decoder = createHeaderDecoder({ maxListBytes: 1000, maxFields: 2 });
    expect(decoder.decode(hex(`82 ${addX} ${addY}`))).toBeUndefined();
    expect(decoder.decode(hex("bebf"))).toEqual(["y", "2", "x", "1"]);
  });

  it("hold for a large field that is named often", () => {
    const decoder = createHeaderDecoder({ maxListBytes: 65_536, maxFields: 1_000_000 });
    expect(decoder.decode(hex(added("x", "a".repeat(4000))))).toHaveLength(2);
    expect(decoder.decode(Buffer.alloc(16_000, 0xbe))).toBeUndefined();
    expect(decoder.decode(hex("be82"))).toHaveLength(4);
  });

  it("hold again where the same block comes again", () => {
    const decoder = createHeaderDecoder({ maxListBytes: 1000, maxFields: 1 });
    expect([1, 2].map(() => decoder.decode(hex("8283")))).toEqual([undefined, undefined]);
  });
});

describe("a block that comes again", () => {
  it("has the same array", () => {
    const decoder = create();
    decoder.decode(hex(addX));
    expect(decoder.decode(hex("82be"))).toBe(decoder.decode(hex("82be")));
    expect(decoder.decode(hex(""))).toBe(decoder.decode(hex("")));
  });

  it("has a list of its own where the table has changed meanwhile", () => {
    const decoder = create();
    expect([addX, "be", addY, "be"].map((block) => decoder.decode(hex(block)))).toEqual([
      ["x", "1"],
      ["x", "1"],
      ["y", "2"],
      ["y", "2"],
    ]);
  });

  it("changes the table each time", () => {
    const decoder = create();
    for (const _ of [1, 2, 3]) expect(decoder.decode(hex(addX))).toEqual(["x", "1"]);
    expect(decoder.decode(hex("bebfc0"))).toEqual(["x", "1", "x", "1", "x", "1"]);
  });

  it("is told from one of the same length, and from what its memory has become", () => {
    const decoder = create();
    const block = hex("8284");
    expect(decoder.decode(block)).toEqual([":method", "GET", ":path", "/"]);
    block[1] = 0x85;
    expect(decoder.decode(block)).toEqual([":method", "GET", ":path", "/index.html"]);
    expect(decoder.decode(hex("82"))).toEqual([":method", "GET"]);
  });

  it("is read again if it is long", () => {
    const decoder = create();
    const block = hex(`000178 7fe903 ${"61".repeat(616)}`);
    expect(decoder.decode(hex("82"))).toEqual([":method", "GET"]);
    for (const _ of [1, 2]) expect(decoder.decode(block)).toEqual(["x", "a".repeat(616)]);
  });
});

function outcomeOf<Result>(run: () => Result): Result | HpackError {
  try {
    return run();
  } catch (error) {
    if (error instanceof HpackError) return error;
    throw error;
  }
}
