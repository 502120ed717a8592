import { create, toBinary } from "@bufbuild/protobuf";
import {
  FeedbackRequestSchema,
  FeedbackResponseSchema,
} from "@presage/gen/presage/v1/inference_pb";
import { createClient, tensor } from "@presage/sdk/node";
import { model, row } from "./clients/question.ts";
import type { Exchange } from "./load/connection.ts";

/** A class of the breast-cancer model, as it is reported of every row. */
const truth = 1;

/** Reports that are each of a row of which nothing was known; calls need bodies of their own. */
export function reportExchange(port: number): Exchange {
  return {
    protocol: "grpc",
    port,
    path: "/presage.v1.InferenceService/Feedback",
    body: new Uint8Array(),
    // What counts the rows is written last, and the only count that is not 0 is this one.
    answerEnd: toBinary(FeedbackResponseSchema, create(FeedbackResponseSchema, { recorded: 1 })),
  };
}

/** Has so many predictions made, of one row each, and gives a report of the truth of each. */
export async function prepareReports(port: number, count: number): Promise<readonly Uint8Array[]> {
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}`, retry: false });
  function* source() {
    for (let made = 0; made < count; made += 1)
      yield { tensors: { X: tensor("FP64", [1, row.length], row) } };
  }
  const reports: Uint8Array[] = [];
  for await (const { prediction, error } of client.predictStream(model, source())) {
    if (error !== undefined) throw error;
    reports.push(encodeReport(prediction.predictionId));
  }
  return reports;
}

function encodeReport(predictionId: string): Uint8Array {
  const request = create(FeedbackRequestSchema, {
    predictionId,
    truth: [{ kind: { case: "numberValue", value: truth } }],
  });
  return toBinary(FeedbackRequestSchema, request);
}
