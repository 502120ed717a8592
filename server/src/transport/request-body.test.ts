import { gzipSync } from "node:zlib";
import type { Compression } from "@connectrpc/connect/protocol";
import { compressionGzip } from "@connectrpc/connect-node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServingError } from "../core/errors.ts";
import { type Body, readEnvelopes, readMessage } from "./request-body.ts";

interface Read {
  /** What was passed on, chunk by chunk, in hexadecimal digits. */
  readonly chunks: readonly string[];
  /** The messages that were checked, decompressed. */
  readonly checked: readonly string[];
  /** What it ended with: nothing, or a reason and a message. */
  readonly failure: string | undefined;
}

interface Rules {
  readonly limit?: number;
  readonly compression?: Compression;
  readonly check?: (message: Uint8Array) => void;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function read(
  reader: typeof readMessage,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  { limit = 1000, compression, check = () => undefined }: Rules = {},
): Promise<Read> {
  const passed: string[] = [];
  const checked: string[] = [];
  const body: Body = (async function* () {
    yield* chunks;
  })();
  const rules = {
    limit,
    compression,
    check: (message: Uint8Array) => {
      checked.push(hex(message));
      check(message);
    },
  };
  let failure: string | undefined;
  try {
    for await (const chunk of reader(body, rules)) passed.push(hex(chunk));
  } catch (error) {
    failure = error instanceof ServingError ? `${error.reason}: ${error.message}` : String(error);
  }
  return { chunks: passed, checked, failure };
}

function envelope(message: Uint8Array, flags = 0): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(flags);
  header.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([header, message]);
}

/** Cuts bytes into chunks of the given lengths, over and over. */
function cut(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let start = 0, index = 0; start < bytes.length; index += 1) {
    const length = lengths[index % lengths.length] ?? 1;
    chunks.push(bytes.subarray(start, start + length));
    start += length;
  }
  return chunks;
}

const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
const tooLarge = (limit: number): string =>
  `MESSAGE_TOO_LARGE: the request message is larger than the server's limit of ${limit} bytes (limits.maxRequestBytes)`;

/** Yields chunks, then fails if it is asked for more. */
async function* thenFail(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
  throw new Error("read too far");
}

describe("readMessage()", () => {
  it("passes a message on whole and checked, however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), cuts, async (message, lengths) => {
        expect(await read(readMessage, cut(message, lengths))).toEqual({
          chunks: [hex(message)],
          checked: [hex(message)],
          failure: undefined,
        });
      }),
    );
  });

  const limits: [number, string | undefined][] = [
    [10, undefined],
    [9, tooLarge(9)],
  ];
  it.each(limits)("holds a message of 10 bytes to a limit of %i", async (limit, failure) => {
    expect((await read(readMessage, [Buffer.alloc(6), Buffer.alloc(4)], { limit })).failure).toBe(
      failure,
    );
  });

  it("refuses a large message before it is whole", async () => {
    const { failure } = await read(readMessage, thenFail(Buffer.alloc(6), Buffer.alloc(6)), {
      limit: 10,
    });
    expect(failure).toBe(tooLarge(10));
  });

  it("passes a compressed message on decompressed, and holds that to the limit too", async () => {
    const packed = gzipSync(Buffer.alloc(100));
    const compression = compressionGzip;
    expect(await read(readMessage, [packed], { compression })).toEqual({
      chunks: [hex(Buffer.alloc(100))],
      checked: [hex(Buffer.alloc(100))],
      failure: undefined,
    });
    const { failure } = await read(readMessage, [packed], { compression, limit: 99 });
    expect(failure).toBe(tooLarge(99));
  });

  it("refuses what cannot be decompressed", async () => {
    const { failure } = await read(readMessage, [Buffer.from("plain")], {
      compression: compressionGzip,
    });
    expect(failure).toBe("INVALID_INPUT: : cannot be decompressed as gzip");
  });

  it("passes nothing on that its check refuses", async () => {
    const check = (): never => {
      throw new ServingError("INVALID_INPUT", "no");
    };
    expect(await read(readMessage, [Buffer.from("a")], { check })).toEqual({
      chunks: [],
      checked: ["61"],
      failure: "INVALID_INPUT: no",
    });
  });
});

describe("readEnvelopes()", () => {
  it("passes each envelope on whole and checked, however they are cut", async () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(messages, cuts, async (bytes, lengths) => {
        const envelopes = bytes.map((message) => envelope(message));
        expect(await read(readEnvelopes, cut(Buffer.concat(envelopes), lengths))).toEqual({
          chunks: envelopes.map(hex),
          checked: bytes.map(hex),
          failure: undefined,
        });
      }),
    );
  });

  it("refuses the first envelope past the limit, and passes on those before it, however they are cut", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        sizes,
        cuts,
        fc.integer({ min: 0, max: 40 }),
        async (lengths, pieces, limit) => {
          const envelopes = lengths.map((length) => envelope(new Uint8Array(length)));
          const first = lengths.findIndex((length) => length > limit);
          const fitting = first === -1 ? envelopes : envelopes.slice(0, first);
          const { chunks, failure } = await read(
            readEnvelopes,
            cut(Buffer.concat(envelopes), pieces),
            { limit },
          );
          expect(chunks).toEqual(fitting.map(hex));
          expect(failure).toBe(first === -1 ? undefined : tooLarge(limit));
        },
      ),
    );
  });

  it("refuses a length as soon as it is declared", async () => {
    const header = Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff);
    const { failure } = await read(readEnvelopes, thenFail(header), { limit: 1000 });
    expect(failure).toBe(tooLarge(1000));
  });

  it("passes a compressed envelope on as a plain one", async () => {
    const message = Buffer.from("hello, hello, hello, hello");
    const compressed = envelope(gzipSync(message), 1);
    expect(await read(readEnvelopes, [compressed], { compression: compressionGzip })).toEqual({
      chunks: [hex(envelope(message))],
      checked: [hex(message)],
      failure: undefined,
    });
    const { failure } = await read(readEnvelopes, [compressed], {
      compression: compressionGzip,
      limit: 25,
    });
    expect(failure).toMatch(/^MESSAGE_TOO_LARGE: /);
  });

  it("leaves to the protocol what is compressed in no way that is known", async () => {
    const bytes = envelope(Uint8Array.of(1, 2, 3), 1);
    expect(await read(readEnvelopes, [bytes])).toEqual({
      chunks: [hex(bytes)],
      checked: [],
      failure: undefined,
    });
  });

  it.each([1, 5, 6])("refuses an envelope that is cut off after %i bytes", async (length) => {
    const rest = envelope(Uint8Array.of(1, 2, 3)).subarray(0, length);
    const whole = envelope(Uint8Array.of(9));
    const { chunks, failure } = await read(readEnvelopes, [whole, rest]);
    expect(chunks).toEqual([hex(whole)]);
    expect(failure).toBe("ConnectError: [invalid_argument] protocol error: incomplete envelope");
  });
});
