import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { SqliteFile } from "./connection.ts";
import type { SqliteDatabase } from "./database.ts";
import type { SqliteAnswer, SqliteMethod, SqliteRequest } from "./messages.ts";

/** A database in a thread of its own, seen from here. */
export interface SqliteHost {
  /** Calls a method there. Rejects with what it threw, or with why the thread ended. */
  call<M extends SqliteMethod>(
    method: M,
    ...values: Parameters<SqliteDatabase[M]>
  ): Promise<ReturnType<SqliteDatabase[M]>>;
}

interface Caller {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The most memory for what the thread has in hand: a batch of reports, or a page of events. */
const heapMiB = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/** Starts a thread that opens the file. `onEnd` is told when it is of no more use. */
export function startSqliteHost(file: SqliteFile, onEnd: () => void): SqliteHost {
  const worker = new Worker(
    new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url),
    { name: "presage store", workerData: file, resourceLimits: heapMiB },
  );
  const callers = new Map<number, Caller>();
  let lastId = 0;
  let ended: Error | undefined;

  const end = (reason: Error): void => {
    ended ??= reason;
    onEnd();
    for (const { reject } of callers.values()) reject(ended);
    callers.clear();
  };
  worker.on("message", (answer: SqliteAnswer) => {
    const caller = callers.get(answer.id);
    callers.delete(answer.id);
    if (answer.kind === "done") caller?.resolve(answer.value);
    else caller?.reject(answer.error);
  });
  worker.on("error", (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => end(new Error(`the thread of the store ended with ${code}`)));

  return {
    call(method, ...values) {
      return new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        const id = (lastId += 1);
        callers.set(id, {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the method's own value
          resolve: resolve as (value: unknown) => void,
          reject,
        });
        const request: SqliteRequest = { id, method, values };
        worker.postMessage(request, []);
      });
    },
  };
}
