import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSealer, deriveKey, sealLength } from "./seal.ts";

const key = randomBytes(32);

describe("createSealer()", () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 1000])(
    "seals %d bytes as HMAC-SHA-256 does, cut to 132 bits",
    (length) => {
      const sealer = createSealer(key);
      const bytes = randomBytes(length);
      sealer.reserve(length).set(bytes);
      const whole = createHmac("sha256", key).update(bytes).digest("base64url");
      expect(sealer.seal(length)).toBe(whole.slice(0, sealLength));
      expect(sealer.matches(length, whole.slice(0, sealLength))).toBe(true);
    },
  );

  it("does not take the seal of other bytes, of another key, or a part of one", () => {
    const sealer = createSealer(key);
    const other = createSealer(randomBytes(32));
    const seal = sealer.seal(10);
    expect(sealer.matches(9, seal)).toBe(false);
    expect(other.matches(10, seal)).toBe(false);
    expect(sealer.matches(10, seal.slice(1))).toBe(false);
    expect(sealer.matches(10, `${seal.slice(1)}é`)).toBe(false);
  });

  it("seals alike after more was reserved", () => {
    const sealer = createSealer(key);
    sealer.reserve(3).write("abc");
    const seal = sealer.seal(3);
    sealer.reserve(5000).write("abc");
    expect(sealer.seal(3)).toBe(seal);
    expect(sealer.reserve(10)).toBe(sealer.reserve(5000));
  });

  it("wants a key of 32 bytes", () => {
    expect(() => createSealer(new Uint8Array(16))).toThrow("a key has 32 bytes, not 16");
  });
});

describe("deriveKey()", () => {
  it("makes keys by HMAC-SHA-256", () => {
    const common = randomBytes(10);
    expect(deriveKey(key, common)).toEqual(createHmac("sha256", key).update(common).digest());
  });
});
