import { once } from "node:events";
import { connect } from "node:net";
import { ServingError } from "../../server/src/core/errors.ts";
import type { RunnableModel, Runtime } from "../../server/src/engine/runtime.ts";
import { serveWorker } from "../../server/src/engine/worker.ts";

// The entry of a worker whose model does what its first input says. The path "unloadable" is a file
// that cannot be loaded, and "dies" one that ends the worker while it loads.

/** Connects to a port of the test, and waits until the test ends the connection. */
async function hold(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.resume();
  await once(socket, "close");
}

function fillHeap(): never {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 1000 }, () => ({})));
}

const model: RunnableModel = {
  inputs: [{ name: "do", dataType: "STRING", shape: [1] }],
  outputs: [{ name: "done", dataType: "STRING", shape: [1] }],
  async run(feeds) {
    const [command, argument] = String(feeds[0]?.data[0]).split(":");
    switch (command) {
      case "throw":
        setImmediate(() => {
          throw new Error("thrown by no run");
        });
        return new Promise(() => {});
      case "exit":
        return process.exit(3);
      case "abort":
        return process.abort();
      case "fill the heap":
        return fillHeap();
      case "refuse":
        throw new ServingError("MODEL_RUN_FAILED", "the model refused the input");
      case "fail":
        throw new TypeError("a fault");
      case "hold":
        await hold(Number(argument));
        return feeds;
      default:
        return feeds;
    }
  },
  release: async () => {},
};

const runtime: Runtime = {
  name: "faulty",
  file: "model.faulty",
  async load(path) {
    if (path === "unloadable") throw new Error("it is broken");
    if (path === "dies") process.exit(4);
    return model;
  },
};

await serveWorker(runtime);
