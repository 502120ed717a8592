import { fork } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { WorkerAnswer, WorkerRequest, WorkerTask } from "./messages.ts";

/** What holds a worker: a thread of this process, or a process of its own. */
export type WorkerKind = "thread" | "process";

/** How a worker is started. */
export interface WorkerStart {
  readonly kind: WorkerKind;
  /** The file that the worker begins with; it calls `serveWorker`. */
  readonly entry: URL;
  readonly task: WorkerTask;
  /** The most memory for values of the language (texts, not numbers), in MiB. */
  readonly heapMiB: number;
}

/** Is told what a worker does. */
export interface WorkerListener {
  answered(answer: WorkerAnswer): void;
  /** Something went wrong, in the worker or on the way; the worker may live on. */
  failed(error: unknown): void;
  /** The worker has ended, with this exit code or signal. */
  ended(by: number | string): void;
}

/** Sends a request; `buffers` may be given away instead of being copied. */
export type TellWorker = (request: WorkerRequest, buffers: readonly ArrayBuffer[]) => void;

/** Starts a worker. It ends when it is told to close, and is never stopped from outside. */
export function startWorker(start: WorkerStart, listener: WorkerListener): TellWorker {
  return start.kind === "thread" ? startThread(start, listener) : startProcess(start, listener);
}

function startThread({ entry, task, heapMiB }: WorkerStart, listener: WorkerListener): TellWorker {
  const worker = new Worker(entry, {
    name: "presage engine",
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
  });
  worker.on("message", (answer: WorkerAnswer) => listener.answered(answer));
  worker.on("messageerror", (error) => {
    // An answer that cannot be read leaves its run without one: the worker is of no more use.
    listener.failed(error);
    tell({ kind: "close" }, []);
  });
  worker.on("error", (error) => listener.failed(error));
  worker.on("exit", (code) => listener.ended(code));
  const tell: TellWorker = (request, buffers) => worker.postMessage(request, buffers);
  return tell;
}

function startProcess({ entry, task, heapMiB }: WorkerStart, listener: WorkerListener): TellWorker {
  const child = fork(entry, [JSON.stringify(task)], {
    serialization: "advanced",
    execArgv: [`--max-old-space-size=${heapMiB}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (answer) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `serveWorker` answers
    listener.answered(answer as WorkerAnswer);
  });
  child.on("error", (error) => {
    listener.failed(error);
    if (child.pid === undefined) listener.ended("no process");
  });
  // The process may be gone before its last answers are read.
  const read = once(child, "disconnect");
  child.on("exit", (code, signal) => {
    void read.finally(() => listener.ended(code ?? signal ?? "no code"));
  });
  // Whoever has ended cannot be told; that it has ended is told anyway.
  return (request) => void child.send(request, () => {});
}
