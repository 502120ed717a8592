import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ServerReflection } from "@presage/gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@presage/gen/grpc/reflection/v1alpha/reflection_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltServer, startBuiltServer } from "../support/build-server.ts";

let server: BuiltServer;
beforeAll(async () => {
  server = await startBuiltServer();
});
afterAll(() => server.close());

async function* questions() {
  yield { messageRequest: { case: "listServices" as const, value: "" } };
  yield {
    messageRequest: { case: "fileContainingSymbol" as const, value: "presage.v1.InferenceService" },
  };
  yield { messageRequest: { case: "fileContainingSymbol" as const, value: "presage.v1.Nothing" } };
}

describe.each([{ service: ServerReflection }, { service: ServerReflectionAlpha }])(
  "$service.typeName",
  ({ service }) => {
    it("lists the services, gives their files, and says what it does not know", async () => {
      const client = createClient(service, createGrpcTransport({ baseUrl: server.url }));
      const [list, file, unknown] = await Array.fromAsync(
        client.serverReflectionInfo(questions()),
        ({ messageResponse }) => messageResponse,
      );
      expect(list).toMatchObject({
        case: "listServicesResponse",
        value: {
          service: [
            { name: "grpc.health.v1.Health" },
            { name: "grpc.reflection.v1.ServerReflection" },
            { name: "grpc.reflection.v1alpha.ServerReflection" },
            { name: "presage.models.boston_housing.v1.BostonHousingService" },
            { name: "presage.models.breast_cancer.v1.BreastCancerService" },
            { name: "presage.models.breast_cancer.v2.BreastCancerService" },
            { name: "presage.models.iris.v1.IrisService" },
            { name: "presage.models.oncology.v1.OncologyService" },
            { name: "presage.models.passengers.v1.PassengersService" },
            { name: "presage.v1.InferenceService" },
            { name: "presage.v1.ModelService" },
          ],
        },
      });
      const files = file?.case === "fileDescriptorResponse" ? file.value.fileDescriptorProto : [];
      expect(files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name)).toEqual([
        "presage/v1/inference.proto",
        "google/protobuf/struct.proto",
        "google/rpc/status.proto",
        "google/protobuf/any.proto",
        "presage/v1/metrics.proto",
        "google/protobuf/duration.proto",
        "google/protobuf/timestamp.proto",
        "presage/v1/manifest.proto",
        "presage/v1/tensor.proto",
      ]);
      expect(unknown).toMatchObject({ case: "errorResponse", value: { errorCode: 5 } });
    });
  },
);
