import { parentPort, workerData } from "node:worker_threads";
import { openSqliteDatabase } from "./database.ts";
import type { SqliteAnswer, SqliteRequest } from "./messages.ts";

// The thread that waits for the disk, so that the event loop of the server does not.
const database = openSqliteDatabase(workerData);

const answer = ({ id, method, values }: SqliteRequest): SqliteAnswer => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `callWorker` gives what it takes
  const run = database[method] as (...values: readonly unknown[]) => unknown;
  try {
    return { id, kind: "done", value: run(...values) };
  } catch (error) {
    return { id, kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
};

parentPort?.on("message", (request: SqliteRequest) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage(answer(request));
  if (request.method === "close") parentPort?.close();
});
