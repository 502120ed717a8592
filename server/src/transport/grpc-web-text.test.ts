import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64, isGrpcWebText, swapTextForm } from "./grpc-web-text.ts";

async function* of(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function decode(...texts: readonly string[]): Promise<string> {
  const chunks = texts.map((text) => Buffer.from(text, "latin1"));
  return Buffer.concat(await Array.fromAsync(decodeBase64(of(...chunks)))).toString("hex");
}

describe("isGrpcWebText()", () => {
  const cases: [string, boolean][] = [
    ["application/grpc-web-text", true],
    ["application/grpc-web-text+proto", true],
    ["Application/gRPC-Web-Text; charset=utf-8", true],
    ["application/grpc-web", false],
    ["application/grpc-web+proto", false],
    ["application/grpc", false],
    ["application/grpc-web-textual", false],
    ["text/plain", false],
    ["", false],
  ];
  it.each(cases)("of %j", (contentType, isText) => {
    expect(isGrpcWebText(contentType)).toBe(isText);
  });
});

describe("swapTextForm()", () => {
  const cases: [string, string][] = [
    ["application/grpc-web-text", "application/grpc-web"],
    ["application/grpc-web-text+proto", "application/grpc-web+proto"],
    ["application/grpc-web-text+json; charset=utf-8", "application/grpc-web+json; charset=utf-8"],
  ];
  it.each(cases)("of %s is %s, and back", (text, binary) => {
    expect(swapTextForm(text)).toBe(binary);
    expect(swapTextForm(binary)).toBe(text);
  });
});

describe("decodeBase64()", () => {
  const cases: [string, string[], string][] = [
    ["nothing", [], ""],
    ["an empty chunk", [""], ""],
    ["a text", ["AQID"], "010203"],
    ["a padded text", ["AQ=="], "01"],
    ["texts that are padded each by itself", ["AQ==AgM=BAUG"], "010203040506"],
    ["a text without its padding, at the end", ["AQIDBA"], "01020304"],
    ["a cut within the padding", ["AQ=", "=AgM", "="], "010203"],
    ["lines", ["AQ\r\nID\n", " BAUG"], "010203040506"],
    ["all of the alphabet", ["+/A9"], "fbf03d"],
  ];
  it.each(cases)("takes %s", async (_, texts, hex) => {
    expect(await decode(...texts)).toBe(hex);
  });

  it("gives the bytes of any pieces, wherever the text is cut", async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, cuts, async (bytes, lengths) => {
        const encoded = await Array.fromAsync(encodeBase64(of(...bytes)));
        const text = Buffer.concat(encoded).toString("latin1");
        const chunks: string[] = [];
        for (let start = 0, cut = 0; start < text.length; cut += 1) {
          const length = lengths[cut % lengths.length] ?? 1;
          chunks.push(text.slice(start, start + length));
          start += length;
        }
        expect(await decode(...chunks)).toBe(Buffer.concat(bytes).toString("hex"));
      }),
      { numRuns: 300 },
    );
  });
});

describe("encodeBase64()", () => {
  it("pads each chunk by itself, so that it can be read as it comes", async () => {
    const encoded = await Array.fromAsync(encodeBase64(of(Uint8Array.of(1), Uint8Array.of(2, 3))));
    expect(encoded.map((chunk) => Buffer.from(chunk).toString())).toEqual(["AQ==", "AgM="]);
  });
});
