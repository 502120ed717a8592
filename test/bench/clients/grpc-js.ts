import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { Client, credentials } from "@grpc/grpc-js";
import {
  type PredictRequest,
  PredictRequestSchema,
  type PredictResponse,
  PredictResponseSchema,
  type PredictStreamRequest,
  PredictStreamRequestSchema,
  type PredictStreamResponse,
  PredictStreamResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { type BenchClient, repeat } from "./client.ts";
import { checkOutcome, checkResponse, createRequest } from "./question.ts";

const unaryPath = "/presage.v1.InferenceService/Predict";
const streamPath = "/presage.v1.InferenceService/PredictStream";
const deadlineMs = 30_000;

const writeRequest = (message: PredictRequest): Buffer =>
  Buffer.from(toBinary(PredictRequestSchema, message));
const readResponse = (bytes: Buffer): PredictResponse => fromBinary(PredictResponseSchema, bytes);
const writeStreamRequest = (message: PredictStreamRequest): Buffer =>
  Buffer.from(toBinary(PredictStreamRequestSchema, message));
const readStreamResponse = (bytes: Buffer): PredictStreamResponse =>
  fromBinary(PredictStreamResponseSchema, bytes);

function connect(baseUrl: string): Client {
  return new Client(new URL(baseUrl).host, credentials.createInsecure());
}

/** Stock grpc-js with protobuf-es for the messages, with one call for each prediction. */
export function createGrpcJsUnary(baseUrl: string): BenchClient {
  const client = connect(baseUrl);
  const call = async (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<PredictResponse | undefined>();
    // The SDK's calls have a deadline as well.
    const options = { deadline: Date.now() + deadlineMs };
    const request = createRequest();
    client.makeUnaryRequest(
      unaryPath,
      writeRequest,
      readResponse,
      request,
      options,
      (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      },
    );
    const response = await promise;
    if (response === undefined) throw new Error("a call was not answered");
    checkResponse(response);
  };
  return { run: (underWay, answered) => repeat(call, underWay, answered) };
}

/** Stock grpc-js with protobuf-es for the messages, with one stream for all predictions. */
export function createGrpcJsStream(baseUrl: string): BenchClient {
  const client = connect(baseUrl);
  return {
    run(_underWay, answered) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const call = client.makeBidiStreamRequest(streamPath, writeStreamRequest, readStreamResponse);
      const state = { over: false };
      const fill = (): void => {
        while (!state.over) {
          const request = createRequest();
          const message: PredictStreamRequest = {
            $typeName: "presage.v1.PredictStreamRequest",
            request,
          };
          if (!call.write(message)) return;
        }
      };
      call.on("drain", fill);
      call.on("data", (answer: PredictStreamResponse) => {
        try {
          checkOutcome(answer);
        } catch (error) {
          call.cancel();
          reject(error);
        }
        if (state.over || answered()) return;
        state.over = true;
        call.end();
      });
      call.on("end", resolve);
      call.on("error", reject);
      fill();
      return promise;
    },
  };
}
