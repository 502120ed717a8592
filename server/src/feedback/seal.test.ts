import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkKey, createSealer, decode, keyBytes } from "./seal.ts";

const key = Buffer.from(Array.from({ length: keyBytes }, (_, index) => index));
const common = Buffer.from("the slice");
const commonText = common.toString("base64url");

/** What is sealed, without what is in common. */
function sealed(bytes: Uint8Array, sealer = createSealer(key, common)): string {
  const view = sealer.reserve(bytes.length);
  bytes.forEach((byte, at) => view.setUint8(at, byte));
  const text = sealer.seal(bytes.length);
  expect(text.slice(0, commonText.length)).toBe(commonText);
  return text.slice(commonText.length);
}

describe("createSealer()", () => {
  it("writes the bytes and their SipHash with the key's HMAC-SHA-256 of what is common", () => {
    // Both codes are OpenSSL's.
    expect(sealed(Buffer.from("abc"))).toBe("YWJjqfop4m9M-0MbAab5V3txbA");
  });

  it("opens what any sealer of the same key and the same in common has sealed", () => {
    const [one, other] = [createSealer(key, common), createSealer(Buffer.from(key), common)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(other.open(sealed(bytes, one))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it("opens nothing of which a bit was turned", () => {
    const sealer = createSealer(key, common);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, chosen) => {
        const changed = Buffer.from(sealed(bytes, sealer), "base64url");
        const bit = chosen % (8 * changed.length);
        const at = Math.floor(bit / 8);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << (bit % 8)), at);
        expect(sealer.open(changed.toString("base64url"))).toBe(undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it("opens nothing that was cut off, made longer, or is written in other letters", () => {
    const sealer = createSealer(key, common);
    const text = sealed(randomBytes(29), sealer);
    const cut = Array.from(text, (_, length) => [text.slice(0, length), text.slice(length + 1)]);
    const wrong = [...cut.flat(), `${text}A`, `A${text}`, `${text}=`, ` ${text}`, `${text}é`];
    for (const each of wrong) expect(sealer.open(each)).toBe(undefined);
    expect(sealer.open(text)).toHaveLength(29);
  });

  it("opens nothing of another key, or of what has something else in common", () => {
    const text = sealed(randomBytes(29));
    expect(createSealer(randomBytes(keyBytes), common).open(text)).toBe(undefined);
    expect(createSealer(key, Buffer.from("the slide")).open(text)).toBe(undefined);
  });

  it("seals alike after more was reserved, in the same memory each time", () => {
    const sealer = createSealer(key, common);
    const text = sealed(Buffer.from("abc"), sealer);
    sealer.reserve(5000);
    expect(sealed(Buffer.from("abc"), sealer)).toBe(text);
    expect(sealer.reserve(10)).toBe(sealer.reserve(5000));
  });
});

describe("checkKey()", () => {
  it("wants a key of 32 bytes", () => {
    expect(checkKey(key)).toBe(key);
    expect(() => checkKey(new Uint8Array(16))).toThrow("a key has 32 bytes, not 16");
  });
});

describe("decode()", () => {
  it.each(["YWJj", "_-A", ""])("reads %j", (text) => {
    expect(decode(text)?.toString("base64url")).toBe(text);
  });

  it.each(["YWJj=", "/+A", "_-B", "YW Jj", "Y"])("does not read %j", (text) => {
    expect(decode(text)).toBe(undefined);
  });
});
