import { parentPort, workerData } from "node:worker_threads";
import { ServingError } from "../core/errors.ts";
import type { RunFailure, WorkerAnswer, WorkerRequest, WorkerTask } from "./messages.ts";
import type { RunnableModel, Runtime } from "./runtime.ts";
import { giveTensors } from "./tensor-transfer.ts";

/**
 * Makes the thread that calls it a worker: it loads the file that it was started
 * with, answers runs one after the other, and ends when it is told to. Each
 * runtime has an entry file of its own that calls this, and nothing else.
 */
export async function serveWorker(runtime: Runtime): Promise<void> {
  if (parentPort === null) throw new Error("a worker's entry runs in a worker only");
  const port = parentPort;
  const answer = (message: WorkerAnswer, buffers: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, buffers);

  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `startWorkerThread` gives
  const { path, options } = workerData as WorkerTask;
  let model: RunnableModel;
  try {
    model = await runtime.load(path, options);
  } catch (error) {
    answer({ kind: "unloadable", message: messageOf(error) });
    return;
  }

  const run = async ({
    feeds,
    outputs,
  }: Extract<WorkerRequest, { kind: "run" }>): Promise<void> => {
    try {
      const { tensors, buffers } = giveTensors(await model.run(feeds, outputs));
      answer({ kind: "outputs", outputs: tensors }, buffers);
    } catch (error) {
      answer({ kind: "failed", failure: readFailure(error) });
    }
  };

  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: WorkerRequest) => {
    switch (request.kind) {
      case "run":
        last = last.then(() => run(request));
        return;
      case "close":
        // A thread that is stopped from outside during a native run takes the process with it.
        last = last.then(() => model.release()).then(() => port.close());
    }
  });
  answer({ kind: "ready", inputs: model.inputs, outputs: model.outputs });
}

function readFailure(error: unknown): RunFailure {
  return {
    reason: error instanceof ServingError ? error.reason : undefined,
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
