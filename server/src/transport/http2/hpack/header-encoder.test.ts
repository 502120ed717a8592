import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeaderDecoder } from "./header-decoder.ts";
import { encodeHeaders, fieldBytes, writeField } from "./header-encoder.ts";
import { staticTable } from "./static-table.ts";

const limits = { maxListBytes: 1_000_000, maxFields: 1000 };

type Pair = readonly [name: string, value: string];

const latin1 = fc
  .uint8Array({ maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));
const staticPair = fc.constantFrom(...staticTable).map(({ name, value }): Pair => [name, value]);
const staticName = fc.tuple(fc.constantFrom(...staticTable.map(({ name }) => name)), latin1);
const pairs = fc.array(fc.oneof(staticPair, staticName, fc.tuple(latin1, latin1)));

describe("encodeHeaders()", () => {
  const cases: [string, Pair[], string][] = [
    ["no field", [], ""],
    ["the first field of the static table", [[":authority", ""]], "81"],
    ["the last one", [["www-authenticate", ""]], "bd"],
    [
      "several of them",
      [
        [":status", "200"],
        [":status", "404"],
        [":method", "POST"],
      ],
      "888d83",
    ],
    ["a name of the static table, by its first index", [[":status", "201"]], "0803323031"],
    ["the last name whose index takes one byte", [[":status", "500 "]], "080435303020"],
    ["the first name whose index takes two", [["accept-charset", "a"]], "0f000161"],
    ["one behind it", [["content-type", "a"]], "0f100161"],
    [
      "a name that is not in the static table",
      [["grpc-status", "0"]],
      "000b677270632d7374617475730130",
    ],
    ["characters of latin1", [["x", "\xe9\xff"]], "00017802e9ff"],
  ];
  it.each(cases)("writes %s", (_, fields, hex) => {
    expect(encodeHeaders(fields).toString("hex")).toBe(hex);
  });

  const lengths: [number, string][] = [
    [40, "28"],
    [41, "29"],
    [126, "7e"],
    [127, "7f00"],
    [254, "7f7f"],
    [255, "7f8001"],
    [16_510, "7fff7f"],
    [16_511, "7f808001"],
  ];
  it.each(lengths)("writes a value of %i characters with its length", (length, hex) => {
    const value = "b".repeat(length);
    expect(encodeHeaders([["x", value]]).toString("hex")).toBe(
      `000178${hex}${"62".repeat(length)}`,
    );
  });

  it("takes fields that can be listed only once", () => {
    expect(encodeHeaders(new Map([[":status", "200"]]).entries()).toString("hex")).toBe("88");
  });

  it("writes what the decoder reads", () => {
    const decoder = createHeaderDecoder(limits);
    fc.assert(
      fc.property(pairs, (fields) => {
        expect(decoder.decode(encodeHeaders(fields))).toEqual(fields.flat());
      }),
      { numRuns: 1000 },
    );
  });
});

describe("writeField()", () => {
  it("writes at the offset, and gives the one behind", () => {
    const target = Buffer.alloc(9, 0xaa);
    expect(writeField(target, 2, "x", "yz")).toBe(8);
    expect(target.toString("hex")).toBe("aaaa00017802797aaa");
  });
});

describe("fieldBytes()", () => {
  it("is never less than what writeField() takes", () => {
    fc.assert(
      fc.property(pairs, (fields) => {
        for (const [name, value] of fields) {
          expect(encodeHeaders([[name, value]]).length).toBeLessThanOrEqual(
            fieldBytes(name, value),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});
