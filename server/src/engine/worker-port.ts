import { parentPort, workerData } from "node:worker_threads";
import type { WorkerAnswer, WorkerRequest, WorkerTask } from "./messages.ts";

/** A worker's side of the way to whoever started it. */
export interface WorkerPort {
  /** What the worker was started with. */
  readonly task: WorkerTask;
  /** Calls back with each request from now on. */
  listen(take: (request: WorkerRequest) => void): void;
  /** Answers; `buffers` may be given away instead of being copied. */
  answer(answer: WorkerAnswer, buffers?: readonly ArrayBuffer[]): void;
  /** Ends the worker once all that it was to do is done. */
  close(): void;
}

/** Opens the port of the worker that this code runs in: a thread or a process. */
export function openWorkerPort(): WorkerPort {
  return parentPort === null ? processPort() : threadPort(parentPort);
}

function threadPort(port: NonNullable<typeof parentPort>): WorkerPort {
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `startWorker` gives
    task: workerData as WorkerTask,
    listen: (take) => void port.on("message", take),
    answer: (answer, buffers = []) => port.postMessage(answer, buffers),
    close: () => port.close(),
  };
}

function processPort(): WorkerPort {
  // A terminal sends its signals to a whole group; this process ends when it is told to, or left.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  let sent = Promise.resolve();
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `startWorker` gives
    task: JSON.parse(process.argv[2] ?? "{}") as WorkerTask,
    listen: (take) => void process.on("message", take),
    answer(answer) {
      sent = new Promise((resolve) => process.send?.(answer, () => resolve()));
    },
    close: () => void sent.then(() => process.disconnect()),
  };
}
