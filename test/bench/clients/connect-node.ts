import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { InferenceService } from "@presage/gen/presage/v1/inference_pb";
import { type BenchClient, repeat } from "./client.ts";
import { checkOutcome, checkResponse, createRequest } from "./question.ts";

function connect(baseUrl: string): Client<typeof InferenceService> {
  // As with the SDK, answers are not to be compressed.
  return createClient(InferenceService, createGrpcTransport({ baseUrl, acceptCompression: [] }));
}

/** Stock connect-node, with one call for each prediction. */
export function createConnectUnary(baseUrl: string): BenchClient {
  const client = connect(baseUrl);
  const call = async (): Promise<void> => checkResponse(await client.predict(createRequest()));
  return { run: (underWay, answered) => repeat(call, underWay, answered) };
}

/** Stock connect-node, with one stream for all predictions. */
export function createConnectStream(baseUrl: string): BenchClient {
  const client = connect(baseUrl);
  return {
    async run(_underWay, answered) {
      const state = { over: false };
      async function* source() {
        while (!state.over) yield { request: createRequest() };
      }
      for await (const answer of client.predictStream(source())) {
        checkOutcome(answer);
        state.over ||= !answered();
      }
    },
  };
}
