import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type PredictRequest,
  PredictRequestSchema,
  PredictResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { DataType } from "@presage/gen/presage/v1/tensor_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedServer, startServer } from "../support/start-server.ts";
import { type CurlAnswer, curl, httpVersions } from "./curl.ts";
import { methods } from "./requests.ts";

/** One frame of gRPC-Web. */
interface Frame {
  readonly flags: number;
  readonly content: Buffer;
}

const forms = [
  {
    form: "binary",
    type: "application/grpc-web+proto",
    write: (frames: Buffer): Buffer => frames,
    read: (body: Buffer): Buffer => body,
  },
  {
    form: "text",
    type: "application/grpc-web-text+proto",
    write: (frames: Buffer): Buffer => Buffer.from(frames.toString("base64")),
    read: decodeText,
  },
];
const combinations = httpVersions.flatMap((version) =>
  forms.map((form) => ({ ...version, ...form })),
);

const iris = create(PredictRequestSchema, {
  model: "iris",
  outputs: ["label"],
  tensors: [
    {
      name: "X",
      dataType: DataType.FP32,
      shape: [1n, 4n],
      data: { case: "floats", value: { values: [6.9, 3.1, 5.4, 2.1] } },
    },
  ],
});

const trailerFlag = 0x80;

let server: StartedServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.finish());

/** One way to call with gRPC-Web. */
type Way = (typeof combinations)[number];

function call(way: Way, method: string, message: PredictRequest): Promise<CurlAnswer> {
  const headers = ["--header", `content-type: ${way.type}`, "--header", "x-grpc-web: 1"];
  return curl(
    [...way.flags, ...headers, "--data-binary", "@-", `${server.url}/${method}`],
    way.write(writeFrame(toBinary(PredictRequestSchema, message))),
  );
}

/** The status in the trailer frame or, as a call that fails at once may have it, in the head. */
function statusOf(way: Way, { headers, body }: CurlAnswer): string | undefined {
  const trailer = readFrames(way.read(body)).find(({ flags }) => flags === trailerFlag);
  const inTrailer = /^grpc-status: ?(\d+)\r?$/m.exec(trailer?.content.toString() ?? "")?.[1];
  return inTrailer ?? headers["grpc-status"]?.[0];
}

describe.each(combinations)("curl with gRPC-Web in $form over HTTP/$httpVersion", (way) => {
  it("predicts a tensor", async () => {
    const answer = await call(way, methods.predict, iris);
    expect(answer).toMatchObject({ status: 200, httpVersion: way.httpVersion });
    expect(answer.headers["content-type"]).toEqual([way.type]);
    const [message, trailer, ...rest] = readFrames(way.read(answer.body));
    expect(rest).toEqual([]);
    expect(message?.flags).toBe(0);
    const { model, tensors } = fromBinary(
      PredictResponseSchema,
      message?.content ?? Buffer.alloc(0),
    );
    expect(model).toBe("iris");
    expect(tensors[0]?.data).toMatchObject({ case: "int64s", value: { values: [2n] } });
    expect(trailer?.flags).toBe(trailerFlag);
    expect(trailer?.content.toString()).toMatch(/^grpc-status: ?0\r\n/m);
  });

  it("is told of an unknown model in its trailers", async () => {
    const unknown = create(PredictRequestSchema, { ...iris, model: "no-such-model" });
    const answer = await call(way, methods.predict, unknown);
    expect(answer.status).toBe(200);
    expect(statusOf(way, answer)).toBe("5");
  });
});

// Not over HTTP/2: curl 7.88 may wait forever when an answer ends before the upload has.
const overHttp1 = combinations.filter(({ httpVersion }) => httpVersion === "1.1");

describe.each(overHttp1)("curl with gRPC-Web in $form over HTTP/1.1", (way) => {
  it("is told of an unknown method in its trailers", async () => {
    const answer = await call(way, "presage.v1.InferenceService/Guess", iris);
    expect(answer.status).toBe(200);
    expect(statusOf(way, answer)).toBe("12");
  });
});

function writeFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function readFrames(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let position = 0; position < bytes.length; ) {
    const start = position + 5;
    const end = start + bytes.readUInt32BE(position + 1);
    frames.push({ flags: bytes.readUInt8(position), content: bytes.subarray(start, end) });
    position = end;
  }
  return frames;
}

/** The text may be several pieces of base64, each with its own padding, one after the other. */
function decodeText(body: Buffer): Buffer {
  const quads = body.toString().match(/.{4}/g) ?? [];
  return Buffer.concat(quads.map((quad) => Buffer.from(quad, "base64")));
}
