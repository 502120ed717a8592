import { ServingError } from "../core/errors.ts";
import type { RunFailure, WorkerRequest } from "./messages.ts";
import type { RunnableModel, Runtime } from "./runtime.ts";
import { giveTensors } from "./tensor-transfer.ts";
import { openWorkerPort } from "./worker-port.ts";

/**
 * Makes the thread or process that calls it a worker: it loads the file that it
 * was started with, answers runs one after the other, and ends when it is told
 * to. Each runtime has an entry file of its own that calls this, and nothing else.
 */
export async function serveWorker(runtime: Runtime): Promise<void> {
  const port = openWorkerPort();
  let model: RunnableModel;
  try {
    model = await runtime.load(port.task.path, port.task.options);
  } catch (error) {
    port.answer({ kind: "unloadable", message: messageOf(error) });
    port.close();
    return;
  }

  const run = async ({
    feeds,
    outputs,
    lent,
  }: Extract<WorkerRequest, { kind: "run" }>): Promise<void> => {
    try {
      const { tensors, buffers } = giveTensors(await model.run(feeds, outputs));
      // A model may answer with what it was given.
      const given = [...new Set([...buffers, ...lent])];
      port.answer({ kind: "outputs", outputs: tensors, returned: lent }, given);
    } catch (error) {
      port.answer({ kind: "failed", failure: readFailure(error) });
    }
  };

  let last: Promise<void> = Promise.resolve();
  port.listen((request) => {
    switch (request.kind) {
      case "run":
        last = last.then(() => run(request));
        return;
      case "close":
        // A thread that is stopped from outside during a native run takes the process with it.
        last = last.then(() => model.release()).then(() => port.close());
    }
  });
  port.answer({ kind: "ready", inputs: model.inputs, outputs: model.outputs });
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
