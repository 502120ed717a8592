import { Readable } from "node:stream";
import { create, toBinary } from "@bufbuild/protobuf";
import { PredictRequestSchema } from "@presage/gen/presage/v1/inference_pb";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBody } from "./plain-body.ts";

const lead = 5;
const schema = PredictRequestSchema;

/** A request with a large tensor, in an envelope that tells a length. */
function bodyOf(bytes: number, { name = "x", told = 0 } = {}): Buffer {
  const value = Uint8Array.from({ length: bytes }, (_, index) => index % 251);
  const message = toBinary(
    schema,
    create(schema, {
      model: "m",
      tensors: [{ name, data: { case: "raw", value } }],
      requestId: "r",
    }),
  );
  const head = Buffer.alloc(lead);
  head.writeUInt32BE(message.byteLength + told, 1);
  return Buffer.concat([head, message]);
}

/** Reads a body that comes in chunks which end at the given places. */
function read(body: Buffer, cuts: readonly number[], limit = 10_000_000) {
  const ends = [...new Set(cuts), body.byteLength].toSorted((one, other) => one - other);
  const chunks = ends.map((end, index) => body.subarray(ends[index - 1] ?? 0, end));
  return new Promise<Uint8Array | undefined>((resolve) => {
    readBody(Readable.from(chunks), { limit, lead, schema }, resolve);
  });
}

/** Cuts a body into chunks of the given size. */
const every = (size: number, length: number): number[] =>
  Array.from({ length: Math.floor((length - 1) / size) }, (_, index) => (index + 1) * size);

describe("readBody()", () => {
  it("gives a body however it is cut", async () => {
    const body = bodyOf(600_000);
    const cuts = fc.array(fc.integer({ min: 1, max: body.byteLength - 1 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        expect(Buffer.compare((await read(body, places)) ?? Buffer.of(), body)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("lays the bytes of a large tensor where elements of any type may begin", async () => {
    for (const name of ["x", "xx", "xxx", "xxxxxxxx"]) {
      const body = bodyOf(600_000, { name });
      const whole = (await read(body, every(16_384, body.byteLength))) ?? new Uint8Array(0);
      const begin = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).indexOf(
        Buffer.of(0, 1, 2, 3, 4, 5, 6, 7, 8),
      );
      expect((whole.byteOffset + begin) % 8).toBe(0);
    }
  });

  const wrong: readonly (readonly [name: string, told: number])[] = [
    ["longer than it tells", -100_000],
    ["shorter than it tells", 100_000],
    ["far shorter than it tells", 9_000_000],
  ];
  for (const [name, told] of wrong) {
    it(`gives a body that is ${name} as it came`, async () => {
      const body = bodyOf(600_000, { told });
      const given = (await read(body, every(16_384, body.byteLength))) ?? Buffer.of();
      expect(Buffer.compare(given, body)).toBe(0);
    });
  }

  it("gives bytes that are no message as they came", async () => {
    const body = Buffer.alloc(600_000, 0xff);
    body.writeUInt32BE(body.byteLength - lead, 1);
    const given = (await read(body, every(16_384, body.byteLength))) ?? Buffer.of();
    expect(Buffer.compare(given, body)).toBe(0);
  });

  it("gives up a body past the limit, and one without bytes is empty", async () => {
    const body = bodyOf(600_000);
    const cuts = every(16_384, body.byteLength);
    expect(await read(body, cuts, body.byteLength)).toHaveLength(body.byteLength);
    expect(await read(body, cuts, body.byteLength - 1)).toBeUndefined();
    expect(await read(Buffer.alloc(0), [])).toHaveLength(0);
  });
});
