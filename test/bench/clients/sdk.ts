import { createClient, type TensorOf, type Tensors, tensor } from "@presage/sdk/node";
import { type BenchClient, repeat } from "./client.ts";
import { checkProbabilities, model, row } from "./question.ts";

const ask = (): { X: TensorOf<"FP64"> } => ({ X: tensor("FP64", [1, row.length], row) });
const check = (tensors: Tensors): void => checkProbabilities(tensors["probabilities"]?.data);

/** The SDK, with one call for each prediction. */
export function createSdkUnary(baseUrl: string): BenchClient {
  const client = createClient({ baseUrl, retry: false });
  const call = async (): Promise<void> =>
    check((await client.predictTensors(model, ask())).tensors);
  return { run: (underWay, answered) => repeat(call, underWay, answered) };
}

/** The SDK, with one stream for all predictions. */
export function createSdkStream(baseUrl: string): BenchClient {
  const client = createClient({ baseUrl, retry: false });
  return {
    async run(_underWay, answered) {
      const state = { over: false };
      function* source() {
        while (!state.over) yield { tensors: ask() };
      }
      for await (const { prediction, error } of client.predictStream(model, source())) {
        if (error !== undefined) throw error;
        check(prediction.tensors);
        state.over ||= !answered();
      }
    },
  };
}
