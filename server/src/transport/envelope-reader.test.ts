import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEnvelopeReader, type EnvelopeReader } from "./envelope-reader.ts";

function envelope(message: Uint8Array, flags = 0): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(flags);
  header.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([header, message]);
}

/** Takes every whole envelope, in hexadecimal digits. */
function takeAll(reader: EnvelopeReader): readonly string[] {
  const taken: string[] = [];
  for (let next = reader.take(); next !== undefined; next = reader.take())
    taken.push(Buffer.from(next).toString("hex"));
  return taken;
}

describe("createEnvelopeReader()", () => {
  it("gives each envelope once it is whole", () => {
    const reader = createEnvelopeReader(10);
    const bytes = envelope(Buffer.from("abc"), 1);
    reader.push(bytes.subarray(0, 4));
    expect(reader.take()).toBeUndefined();
    reader.push(bytes.subarray(4, 7));
    expect(reader.take()).toBeUndefined();
    expect(reader.size).toBe(7);
    reader.push(bytes.subarray(7));
    expect(takeAll(reader)).toEqual([bytes.toString("hex")]);
    expect(reader.size).toBe(0);
  });

  it("gives empty messages, one after the other", () => {
    const reader = createEnvelopeReader(0);
    reader.push(Buffer.alloc(10));
    expect(takeAll(reader)).toEqual(["0000000000", "0000000000"]);
  });

  it.each([1, 5, 7])("refuses an envelope of 8 bytes that ends after %i", (length) => {
    const reader = createEnvelopeReader(10);
    const bytes = envelope(Buffer.from("abc"));
    reader.push(bytes);
    reader.push(bytes.subarray(0, length));
    expect(takeAll(reader)).toEqual([bytes.toString("hex")]);
    expect(() => reader.end()).toThrow("incomplete envelope");
  });

  it("ends well after a whole envelope", () => {
    const reader = createEnvelopeReader(10);
    reader.push(envelope(Buffer.from("abc")));
    reader.take();
    expect(() => reader.end()).not.toThrow();
  });

  it.each([11, 0x8000_0000, 0xffff_ffff])(
    "refuses a message of %d bytes by its header alone",
    (length) => {
      const reader = createEnvelopeReader(10);
      const header = Buffer.alloc(5);
      header.writeUInt32BE(length, 1);
      reader.push(header);
      expect(() => reader.take()).toThrow("larger than the server's limit of 10 bytes");
    },
  );

  it("gives the same envelopes however the bytes are cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 9000 }), { maxLength: 6 });
    const cuts = fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(messages, cuts, fc.nat({ max: 4 }), (all, lengths, rest) => {
        const envelopes = all.map((message, index) => envelope(message, index % 2));
        const bytes = Buffer.concat([...envelopes, Buffer.alloc(rest, 1)]);
        const reader = createEnvelopeReader(9000);
        const taken: string[] = [];
        for (let start = 0, index = 0; start < bytes.length; index += 1) {
          const end = start + (lengths[index % lengths.length] ?? 1);
          reader.push(bytes.subarray(start, end));
          taken.push(...takeAll(reader));
          start = end;
        }
        expect(taken).toEqual(envelopes.map((each) => each.toString("hex")));
        expect(reader.size).toBe(rest);
      }),
    );
  });
});
