import { create, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_google_rpc_error_details } from "@presage/gen/google/rpc/error_details_pb";
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
} from "@presage/gen/grpc/reflection/v1/reflection_pb";
import { file_presage_v1_inference } from "@presage/gen/presage/v1/inference_pb";
import { file_presage_v1_model } from "@presage/gen/presage/v1/model_pb";
import { describe, expect, it } from "vitest";
import { createReadiness, type Readiness } from "../core/readiness.ts";
import {
  createReflectionService,
  type ReflectionResponse,
  type ReflectionService,
} from "./reflection.ts";

type Question = ServerReflectionRequest["messageRequest"];

const files: DescFile[] = [
  file_presage_v1_inference,
  file_presage_v1_model,
  file_google_rpc_error_details,
];
const services = [
  "presage.v1.ModelService",
  "grpc.health.v1.Health",
  "presage.v1.InferenceService",
];

function serviceOf(readiness: Readiness = createReadiness()): ReflectionService {
  return createReflectionService({ directory: { files, names: services }, readiness });
}

async function* ask(...questions: Question[]): AsyncGenerator<ServerReflectionRequest> {
  for (const messageRequest of questions) {
    yield create(ServerReflectionRequestSchema, { host: "h", messageRequest });
  }
}

type Body = ReflectionResponse<ServerReflectionRequest>["messageResponse"];

async function answers(...questions: Question[]): Promise<Body[]> {
  const responses = await Array.fromAsync(serviceOf().serverReflectionInfo(ask(...questions)));
  return responses.map((response) => response.messageResponse);
}

/** The names of the files of an answer. */
function filesOf(body: Body | undefined): readonly string[] {
  const encoded = body?.case === "fileDescriptorResponse" ? body.value.fileDescriptorProto : [];
  return encoded.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

const tensorFile = "presage/v1/tensor.proto";

describe("serverReflectionInfo()", () => {
  it("lists the services, sorted", async () => {
    expect(await answers({ case: "listServices", value: "*" })).toEqual([
      {
        case: "listServicesResponse",
        value: {
          service: [
            { name: "grpc.health.v1.Health" },
            { name: "presage.v1.InferenceService" },
            { name: "presage.v1.ModelService" },
          ],
        },
      },
    ]);
  });

  it("gives a file with everything that it imports, itself first, each once", async () => {
    const [body] = await answers({ case: "fileByFilename", value: "presage/v1/inference.proto" });
    const names = filesOf(body);
    expect(names[0]).toBe("presage/v1/inference.proto");
    expect(names.toSorted()).toEqual([
      "google/protobuf/any.proto",
      "google/protobuf/duration.proto",
      "google/protobuf/struct.proto",
      "google/protobuf/timestamp.proto",
      "google/rpc/status.proto",
      "presage/v1/inference.proto",
      "presage/v1/manifest.proto",
      "presage/v1/metrics.proto",
      tensorFile,
    ]);
  });

  const symbols: [string, string, string][] = [
    ["a service", "presage.v1.InferenceService", "presage/v1/inference.proto"],
    ["a method", "presage.v1.InferenceService.Predict", "presage/v1/inference.proto"],
    ["a message", "presage.v1.PredictRequest", "presage/v1/inference.proto"],
    ["a field", "presage.v1.PredictRequest.rows", "presage/v1/inference.proto"],
    ["an enum", "presage.v1.DataType", tensorFile],
    ["a message of an import", "presage.v1.Tensor", tensorFile],
    ["a nested message", "google.rpc.BadRequest.FieldViolation", "google/rpc/error_details.proto"],
    ["what errors carry", "google.rpc.ErrorInfo", "google/rpc/error_details.proto"],
    ["what Google gives", "google.protobuf.Value", "google/protobuf/struct.proto"],
  ];
  it.each(symbols)("finds the file of %s", async (_, value, file) => {
    const [body] = await answers({ case: "fileContainingSymbol", value });
    expect(filesOf(body)[0]).toBe(file);
  });

  const unknown: [string, Question, string][] = [
    ["no such file", { case: "fileByFilename", value: "a.proto" }, "not found: a.proto"],
    [
      "no such symbol",
      { case: "fileContainingSymbol", value: "presage.v1.Nope" },
      "not found: presage.v1.Nope",
    ],
    [
      "the name of every object's parent",
      { case: "fileContainingSymbol", value: "__proto__" },
      "not found: __proto__",
    ],
    ["no such type", { case: "allExtensionNumbersOfType", value: "a.B" }, "not found: a.B"],
  ];
  it.each(unknown)("answers that there is %s", async (_, question, errorMessage) => {
    expect(await answers(question)).toEqual([
      { case: "errorResponse", value: { errorCode: 5, errorMessage } },
    ]);
  });

  it("has no extensions", async () => {
    const value = create(ServerReflectionRequestSchema, {
      messageRequest: {
        case: "fileContainingExtension",
        value: { containingType: "presage.v1.Tensor", extensionNumber: 100 },
      },
    }).messageRequest;
    expect(
      await answers(value, { case: "allExtensionNumbersOfType", value: "presage.v1.Tensor" }),
    ).toEqual([
      {
        case: "errorResponse",
        value: { errorCode: 5, errorMessage: "not found: extension 100 of presage.v1.Tensor" },
      },
      {
        case: "allExtensionNumbersResponse",
        value: { baseTypeName: "presage.v1.Tensor", extensionNumber: [] },
      },
    ]);
  });

  it("answers a request that asks nothing", async () => {
    expect(await answers({ case: undefined })).toEqual([
      { case: "errorResponse", value: { errorCode: 3, errorMessage: "messageRequest: required" } },
    ]);
  });

  it("repeats host and request", async () => {
    const [request] = await Array.fromAsync(ask({ case: "listServices", value: "" }));
    const responses = serviceOf().serverReflectionInfo(ask({ case: "listServices", value: "" }));
    expect((await responses.next()).value).toMatchObject({
      validHost: "h",
      originalRequest: request,
    });
  });

  it("ends the streams of clients that stay when the server stops", async () => {
    const readiness = createReadiness();
    const staying = async function* (): AsyncGenerator<ServerReflectionRequest> {
      yield* ask({ case: "listServices", value: "" });
      await new Promise(() => undefined);
    };
    const responses = serviceOf(readiness).serverReflectionInfo(staying());
    await responses.next();
    const next = responses.next();
    readiness.become("draining");
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
