import { isMainThread } from "node:worker_threads";
import { createOnnxRuntime } from "../../server/src/engine/runtimes/onnx.ts";
import { serveWorker } from "../../server/src/engine/worker.ts";

// The entry of a worker that runs ONNX files as the server's own does, but fails when its input
// begins with 13: a process as native code fails, by aborting; a thread, which could not abort
// alone, by ending.
const onnx = createOnnxRuntime();

const fail = (): never => (isMainThread ? process.abort() : process.exit(13));

await serveWorker({
  ...onnx,
  async load(path, options) {
    const model = await onnx.load(path, options);
    return {
      ...model,
      run(feeds, outputs) {
        if (Number(feeds[0]?.data[0]) === 13) fail();
        return model.run(feeds, outputs);
      },
    };
  },
});
