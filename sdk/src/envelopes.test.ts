import { encodeEnvelope } from "@connectrpc/connect/protocol";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEnvelopeReader, writeHead } from "./envelopes.ts";

const limit = 70_000;

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.byteLength / size);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe("createEnvelopeReader()", () => {
  it("takes the messages that were written, in whatever pieces they come", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 60 }), (written, size) => {
        const bytes = Buffer.concat(written.map((message) => encodeEnvelope(0, message)));
        const reader = createEnvelopeReader(limit);
        const taken: Uint8Array[] = [];
        for (const piece of cut(bytes, size)) {
          reader.push(piece);
          for (let next = reader.take(); next.kind === "message"; next = reader.take())
            taken.push(next.bytes);
        }
        expect(taken).toEqual(written);
        expect(reader.size).toBe(0);
        expect(reader.take()).toEqual({ kind: "part" });
      }),
    );
  });

  it("takes a message in memory of its own", () => {
    const reader = createEnvelopeReader(limit);
    const piece = encodeEnvelope(0, Uint8Array.of(1, 2));
    reader.push(piece);
    const taken = reader.take();
    piece.fill(9);
    expect(taken).toEqual({ kind: "message", bytes: Uint8Array.of(1, 2) });
    expect(reader.takeRest()).toEqual([]);
  });

  it("takes a message as long as the limit, and leaves a longer one where it is", () => {
    const reader = createEnvelopeReader(limit);
    reader.push(encodeEnvelope(0, new Uint8Array(limit)));
    expect(reader.take()).toEqual({ kind: "message", bytes: new Uint8Array(limit) });
    const longer = encodeEnvelope(0, new Uint8Array(limit + 1)).subarray(0, 5);
    reader.push(longer);
    expect(reader.take()).toEqual({ kind: "odd" });
    expect(reader.takeRest()).toEqual([longer]);
  });

  it("finds the longest length that can be declared odd", () => {
    const reader = createEnvelopeReader(limit);
    reader.push(Uint8Array.of(0, 255, 255, 255, 255));
    expect(reader.take()).toEqual({ kind: "odd" });
  });

  it("leaves a message with a flag where it is, with all that follows", () => {
    const reader = createEnvelopeReader(limit);
    const flagged = encodeEnvelope(1, Uint8Array.of(3));
    reader.push(Buffer.concat([encodeEnvelope(0, Uint8Array.of(2)), flagged.subarray(0, 2)]));
    expect(reader.take().kind).toBe("message");
    reader.push(flagged.subarray(2));
    expect(reader.take()).toEqual({ kind: "odd" });
    expect(Buffer.concat(reader.takeRest())).toEqual(Buffer.from(flagged));
    expect(reader.size).toBe(0);
  });

  it("counts what lies beyond the next message, once that is whole", () => {
    const reader = createEnvelopeReader(limit);
    expect(reader.backlog).toBe(0);
    const message = encodeEnvelope(0, Uint8Array.of(1, 2, 3));
    reader.push(message.subarray(0, 7));
    expect(reader.backlog).toBe(0);
    reader.push(message.subarray(7));
    expect(reader.backlog).toBe(0);
    reader.push(message);
    expect(reader.backlog).toBe(8);
    reader.take();
    expect(reader.backlog).toBe(0);
  });
});

describe("writeHead()", () => {
  it.each([0, 1, 255, 256, 65_536, 2 ** 31, 2 ** 32 - 1])("writes the length %d", (length) => {
    const head = Buffer.alloc(7, 9);
    writeHead(head, 1, length);
    expect([head[0], head[1], head.readUInt32BE(2), head[6]]).toEqual([9, 0, length, 9]);
  });
});
