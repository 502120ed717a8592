import http from "node:http";
import {
  create,
  type DescMessage,
  fromBinary,
  fromJsonString,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { PredictRequestSchema, PredictResponseSchema } from "@presage/gen/presage/v1/inference_pb";
import { GetModelRequestSchema } from "@presage/gen/presage/v1/model_pb";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";
import {
  request1,
  request2,
  type Session2,
  session2,
  type TextAnswer,
} from "../support/sockets.ts";

let server: BuiltServer;
let session: Session2;
const agent = new http.Agent({ keepAlive: true });
beforeAll(async () => {
  server = await startBuiltServer({ maxRequestBytes: 4000, maxResponseBytes: 4000 });
  session = session2(server.url);
});
afterAll(async () => {
  session.close();
  agent.destroy();
  await server.close();
});

const predictPath = "/presage.v1.InferenceService/Predict";

interface Call {
  readonly path: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const iris = fc.array(fc.double({ min: 0.1, max: 7, noNaN: true }), { minLength: 4, maxLength: 4 });
const number = (value: number) => ({ kind: { case: "numberValue" as const, value } });
const list = (values: readonly number[]) => ({
  kind: { case: "listValue" as const, value: { values: values.map(number) } },
});

/** Requests that are right, and some that are nearly so. */
const predictRequests: fc.Arbitrary<MessageInitShape<typeof PredictRequestSchema>> = fc.oneof(
  fc
    .array(iris, { minLength: 1, maxLength: 3 })
    .map((rows) => ({ model: "iris", rows: rows.map(list), requestId: "r" })),
  iris.map((values) => ({
    model: "iris",
    tensors: [{ name: "X", shape: [1n, 4n], data: { case: "floats" as const, value: { values } } }],
  })),
  iris.map((values) => ({
    model: "iris",
    tensors: [
      {
        shape: [1n, 4n],
        data: { case: "raw" as const, value: new Uint8Array(Float32Array.from(values).buffer) },
      },
    ],
  })),
  fc.record({
    model: fc.constantFrom("", "iris", "nobody"),
    version: fc.constantFrom("", "1", "9", "stable"),
    outputs: fc.array(fc.constantFrom("label", "x"), { maxLength: 2 }),
    rows: fc.array(
      fc.array(fc.double(), { maxLength: 5 }).map((values) => list(values.filter(Number.isFinite))),
      { maxLength: 2 },
    ),
  }),
);

const messages: fc.Arbitrary<{ path: string; schema: DescMessage; init: object }> = fc.oneof(
  {
    weight: 4,
    arbitrary: predictRequests.map((init) => ({
      path: predictPath,
      schema: PredictRequestSchema,
      init,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("iris", "nobody", "").map((model) => ({
      path: "/presage.v1.ModelService/GetModel",
      schema: GetModelRequestSchema,
      init: { model },
    })),
  },
);

const envelope = (flags: number, message: Uint8Array, length = message.byteLength): Buffer => {
  const header = Buffer.alloc(5);
  header[0] = flags;
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, message]);
};

/** Bodies: the message as it should be, and ways to get it wrong. */
const bodiesOf = (contentType: string, message: Buffer): fc.Arbitrary<Buffer> => {
  const bare = /^application\/(json|proto)$/.test(contentType);
  const right = bare ? message : envelope(0, message);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(right) },
    fc.nat({ max: right.byteLength }).map((cut) => right.subarray(0, cut)),
    fc.uint8Array({ maxLength: 40 }).map((junk) => Buffer.concat([right, junk])),
    fc.uint8Array({ maxLength: 40 }).map((junk) => Buffer.from(junk)),
    fc.constant(bare ? message : envelope(1, message)),
    fc.constant(bare ? message : Buffer.concat([right, right])),
    fc.constant(Buffer.alloc(5000, 0x20)),
    fc.constant(envelope(0, Buffer.alloc(5000))),
    fc.constant(Buffer.from('{"model": "iris", "model": "iris"}')),
  );
};

const calls = (contentTypes: readonly string[]): fc.Arbitrary<Call> =>
  fc
    .tuple(
      messages,
      fc.constantFrom(...contentTypes),
      fc.constantFrom("", "1S", "10m", "0m", "abc", "99999999H", "5000"),
    )
    .chain(([{ path, schema, init }, contentType, timeout]) => {
      const message = create(schema, { ...init });
      const bytes = contentType.endsWith("json")
        ? Buffer.from(toJsonString(schema, message))
        : Buffer.from(toBinary(schema, message));
      const name = contentType.includes("grpc") ? "grpc-timeout" : "connect-timeout-ms";
      const headers: Record<string, string> =
        timeout === "" || timeout === "10m" ? {} : { [name]: timeout };
      return bodiesOf(contentType, bytes).map((body) => ({ path, contentType, headers, body }));
    });

/** The ids of predictions differ from call to call; the rest must not. */
function withoutIds(call: Call, answer: TextAnswer): unknown {
  const { date: _, "content-length": __, "transfer-encoding": ___, ...headers } = answer.headers;
  const bare = { status: answer.status, headers: { ...headers }, trailers: { ...answer.trailers } };
  if (call.path !== predictPath || answer.status !== 200) return { ...bare, body: answer.body };
  const bytes = Buffer.from(answer.body, "latin1");
  if (call.contentType === "application/json") {
    return {
      ...bare,
      body: { ...fromJsonString(PredictResponseSchema, bytes.toString()), predictionId: "" },
    };
  }
  if (call.contentType === "application/proto") {
    return { ...bare, body: { ...fromBinary(PredictResponseSchema, bytes), predictionId: "" } };
  }
  const length = bytes.byteLength < 5 ? 0 : bytes.readUInt32BE(1);
  if (length === 0 || (bytes[0] ?? 0) !== 0) return { ...bare, body: answer.body };
  const body = fromBinary(PredictResponseSchema, bytes.subarray(5, 5 + length));
  return {
    ...bare,
    body: { ...body, predictionId: "" },
    rest: bytes.subarray(5 + length).toString("latin1"),
  };
}

// The plain lane knows content types as clients write them; in capitals they mean the same, and
// go to Connect's engine.
const byEngine = (call: Call): Call => ({
  ...call,
  headers: call.headers,
  contentType: call.contentType.toUpperCase(),
});

describe("the plain lane and Connect's engine", () => {
  const over2 = (call: Call) =>
    request2(
      session,
      {
        ":method": "POST",
        ":path": call.path,
        "content-type": call.contentType,
        te: "trailers",
        ...call.headers,
      },
      call.body,
    );
  const over1 = (call: Call) =>
    request1(
      server.port,
      {
        agent,
        method: "POST",
        path: call.path,
        headers: { "content-type": call.contentType, ...call.headers },
      },
      call.body,
    );

  it.each([
    {
      name: "HTTP/2",
      send: over2,
      contentTypes: [
        "application/grpc",
        "application/grpc+proto",
        "application/grpc-web+proto",
        "application/proto",
        "application/json",
      ],
    },
    {
      name: "HTTP/1.1",
      send: over1,
      contentTypes: ["application/grpc-web+proto", "application/proto", "application/json"],
    },
  ])(
    "answer the same over $name",
    async ({ send, contentTypes }) => {
      await fc.assert(
        fc.asyncProperty(calls(contentTypes), async (call) => {
          const [plain, engine] = await Promise.all([send(call), send(byEngine(call))]);
          expect(withoutIds(call, plain)).toEqual(withoutIds(call, engine));
        }),
        { numRuns: 1500 },
      );
    },
    120_000,
  );
});
