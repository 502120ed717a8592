// Stock grpc-js, with protobuf-es for the messages.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from "@grpc/grpc-js";
import {
  type PredictRequest,
  PredictRequestSchema,
  type PredictResponse,
  PredictResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { writeAnnouncement } from "../announce.ts";
import { loadStockPredictor } from "../stock-predictor.ts";

const run = await loadStockPredictor();

const definition = {
  predict: {
    path: "/presage.v1.InferenceService/Predict",
    requestStream: false,
    responseStream: false,
    requestSerialize: (message: PredictRequest) =>
      Buffer.from(toBinary(PredictRequestSchema, message)),
    requestDeserialize: (bytes: Buffer) => fromBinary(PredictRequestSchema, bytes),
    responseSerialize: (message: PredictResponse) =>
      Buffer.from(toBinary(PredictResponseSchema, message)),
    responseDeserialize: (bytes: Buffer) => fromBinary(PredictResponseSchema, bytes),
  },
} satisfies ServiceDefinition;

const predict: handleUnaryCall<PredictRequest, PredictResponse> = (call, answer) => {
  run(call.request).then(
    (response) => answer(null, response),
    (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
  );
};

const server = new Server();
server.addService(definition, { predict });
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  writeAnnouncement(port);
});
