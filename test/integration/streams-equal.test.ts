import { once } from "node:events";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { StatusSchema } from "@presage/gen/google/rpc/status_pb";
import {
  PredictStreamRequestSchema,
  PredictStreamResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEnvelopeReader } from "../../server/src/transport/envelope-reader.ts";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import { type Session2, session2 } from "../support/sockets.ts";

let server: BuiltServer;
let session: Session2;
beforeAll(async () => {
  server = await startBuiltServer({
    maxRequestBytes: 4000,
    maxValues: 100,
    maxStreamConcurrency: 4,
  });
  session = session2(server.url);
});
afterAll(async () => {
  session.close();
  await server.close();
});

type Request = NonNullable<MessageInitShape<typeof PredictStreamRequestSchema>["request"]>;

const number = (value: number) => ({ kind: { case: "numberValue" as const, value } });
const row = (values: readonly number[]) => ({
  kind: { case: "listValue" as const, value: { values: values.map(number) } },
});
const raw = (values: readonly number[]) => ({
  name: "X",
  shape: [1n, BigInt(values.length)],
  data: { case: "raw" as const, value: new Uint8Array(Float32Array.from(values).buffer) },
});

const values = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: 0.1, max: 7, noNaN: true }), { minLength: length, maxLength: length });

/** Requests that are right, and some that are nearly so; each is answered alone. */
const requests: fc.Arbitrary<Request | undefined> = fc.oneof(
  {
    weight: 4,
    // Probabilities differ in their last digits with the size of the batch that a row is run in.
    arbitrary: values(4).map((each) => ({ model: "iris", rows: [row(each)], outputs: ["label"] })),
  },
  values(4).map((each) => ({ model: "iris", tensors: [raw(each)], outputs: ["label"] })),
  values(3).map((each) => ({ model: "iris", tensors: [raw(each)] })),
  fc.record({
    model: fc.constantFrom("", "iris", "nobody"),
    version: fc.constantFrom("", "9", "stable"),
    outputs: fc.array(fc.constantFrom("label", "x"), { maxLength: 2 }),
  }),
  fc.constant(undefined),
);

function envelope(message: Uint8Array, flags = 0, length = message.byteLength): Buffer {
  const header = Buffer.alloc(5);
  header[0] = flags;
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, message]);
}

const encode = (request: Request | undefined, requestId: string, flags = 0): Buffer => {
  const init = request === undefined ? {} : { request: { ...request, requestId } };
  return envelope(
    toBinary(PredictStreamRequestSchema, create(PredictStreamRequestSchema, init)),
    flags,
  );
};

const irisRow: Request = { model: "iris", rows: [row([5, 3, 1, 0.2])], outputs: ["label"] };

/** Ways to end a stream, most of them wrong. */
const endings: readonly (readonly [what: string, bytes: Buffer])[] = [
  ["nothing more", Buffer.alloc(0)],
  ["an empty message", envelope(Buffer.alloc(0))],
  ["bytes that are no message", envelope(Buffer.from("no message at all"))],
  ["a message cut off within", envelope(encode(irisRow, "r").subarray(5, 20))],
  ["a header cut off", envelope(Buffer.from("abc")).subarray(0, 3)],
  ["an envelope cut off", encode(irisRow, "r").subarray(0, 20)],
  ["a header alone", envelope(Buffer.alloc(0), 0, 10)],
  ["a message that is too long", envelope(Buffer.alloc(4001))],
  ["the length of one", envelope(Buffer.alloc(0), 0, 0xffff_ffff)],
  ["too many values", encode({ model: "iris", rows: Array(200).fill(row([])) }, "r")],
  ["a compressed message", encode(irisRow, "r", 1)],
  ["a compressed message that is empty", envelope(Buffer.alloc(0), 1)],
  ["other flags", encode(irisRow, "r", 0x82)],
  ["all flags", encode(irisRow, "r", 0xff)],
];

interface StreamCase {
  /** Sent first; the ending follows once all of them are answered. */
  readonly requests: readonly (Request | undefined)[];
  readonly ending: Buffer;
  /** The lengths that what is sent is cut into, over and over. */
  readonly cuts: readonly number[];
  /** The metadata of the call. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a stream, and gives all that its caller sees but the ids of predictions. */
async function send(
  { requests: sent, ending, cuts, headers }: StreamCase,
  contentType: string,
): Promise<unknown> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/presage.v1.InferenceService/PredictStream",
    "content-type": contentType,
    te: "trailers",
    ...headers,
  });
  let head: object = {};
  let trailers: Readonly<Record<string, string | readonly string[] | undefined>> = {};
  const reader = createEnvelopeReader(1_000_000);
  const answers: string[] = [];
  const answered = Promise.withResolvers<void>();
  stream.on("response", (received) => {
    head = { ...received, date: undefined };
  });
  stream.on("trailers", (received) => {
    trailers = { ...received };
  });
  stream.on("data", (chunk: Buffer) => {
    reader.push(chunk);
    for (let next = reader.take(); next !== undefined; next = reader.take()) {
      const response = fromBinary(PredictStreamResponseSchema, next.subarray(5));
      if (response.outcome.case === "response") response.outcome.value.predictionId = "";
      answers.push(Buffer.from(toBinary(PredictStreamResponseSchema, response)).toString("hex"));
    }
    if (answers.length >= sent.length) answered.resolve();
  });
  stream.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    stream.once("end", resolve);
  });
  const write = (bytes: Buffer): void => {
    for (let start = 0, index = 0; start < bytes.length; index += 1) {
      const end = start + (cuts[index % cuts.length] ?? 1);
      stream.write(bytes.subarray(start, end));
      start = end;
    }
  };
  write(Buffer.concat(sent.map((request, index) => encode(request, `${index}`))));
  // A stream may be refused as a whole, before anything is answered.
  if (sent.length > 0) await Promise.race([answered.promise, ended]);
  write(ending);
  stream.end();
  await ended;
  const { "grpc-status-details-bin": details = [] } = trailers;
  return {
    head,
    trailers,
    status: fromBinary(StatusSchema, Buffer.from(details.toString(), "base64")),
    answers: answers.toSorted(),
    rest: reader.size,
  };
}

// The stream lane knows content types as clients write them; in capitals they mean the same, and
// go to Connect's engine.
async function sendBoth(streamCase: StreamCase, contentType = "application/grpc") {
  const [lane, engine] = await Promise.all([
    send(streamCase, contentType),
    send(streamCase, contentType.toUpperCase()),
  ]);
  return { lane, engine };
}

const noMetadata = { cuts: [16_384], headers: {} };

describe("the stream lane and Connect's engine", () => {
  it.each(endings)("end alike after %s", async (_, ending) => {
    for (const sent of [[], [irisRow]]) {
      // oxlint-disable-next-line no-await-in-loop -- one call at a time
      const { lane, engine } = await sendBoth({ requests: sent, ending, ...noMetadata });
      expect(lane).toEqual(engine);
    }
  });

  it.each(["", "abc", "0m", "20S", "99999999H"])(
    "answer alike with a deadline of %j",
    async (timeout) => {
      const headers: Record<string, string> = timeout === "" ? {} : { "grpc-timeout": timeout };
      const { lane, engine } = await sendBoth({
        ...noMetadata,
        requests: [],
        ending: encode(irisRow, "r"),
        headers,
      });
      expect(lane).toEqual(engine);
    },
  );

  it("answer alike, whatever is sent and however it is cut", async () => {
    const streams = fc.record({
      requests: fc.array(requests, { maxLength: 8 }),
      ending: fc.constantFrom(...endings.map(([, bytes]) => bytes)),
      cuts: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }),
      headers: fc.constantFrom(
        {},
        { "grpc-encoding": "identity" },
        { "grpc-timeout": "20S", priority: "u=1" },
        { "grpc-encoding": "gzip" },
        { "grpc-encoding": "unheard-of" },
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        streams,
        fc.constantFrom("application/grpc", "application/grpc+proto"),
        async (streamCase, contentType) => {
          const { lane, engine } = await sendBoth(streamCase, contentType);
          expect(lane).toEqual(engine);
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it.each(["application/grpc", "APPLICATION/GRPC"])(
    "answer what comes on a stream of %s while the server drains",
    async (contentType) => {
      const leaving = await startBuiltServer();
      const client = session2(leaving.url);
      const stream = client.request({
        ":method": "POST",
        ":path": "/presage.v1.InferenceService/PredictStream",
        "content-type": contentType,
        te: "trailers",
      });
      stream.write(encode(irisRow, "first"));
      await once(stream, "data");
      const goingAway = once(client, "goaway");
      const closed = leaving.close();
      await goingAway;
      stream.write(encode(irisRow, "second"));
      await once(stream, "data");
      const trailers = once(stream, "trailers");
      stream.resume().end();
      const [{ "grpc-status": status }] = await trailers;
      expect(status).toBe("0");
      expect(await closed).toEqual({ cut: 0 });
    },
  );
});
