import { setImmediate } from "node:timers/promises";
import type { FeedbackEvent } from "../../core/feedback.ts";
import { toRowPage } from "../event-row.ts";
import { forgetAll } from "../forget-step.ts";
import { createGroupCommit, type GroupLimits } from "../group-commit.ts";
import type { FeedbackStore, RowPage, RowQuery } from "../store.ts";
import { storeUnavailable } from "../unavailable.ts";
import { openSqliteDatabase, type SqliteDatabase } from "./database.ts";
import type { SqliteMethod } from "./messages.ts";
import { type SqliteHost, startSqliteHost } from "./worker-host.ts";

/** Where a store keeps its file, and how. */
export interface SqliteStoreOptions {
  /** The file; its directory is made if there is none. Several processes may share it. */
  readonly file: string;
  /** How long to wait for the writes of other processes, in milliseconds. @default 5000 */
  readonly busyTimeoutMs?: number;
  /** How reports are gathered. */
  readonly limits?: GroupLimits;
}

/** How long the event loop itself may wait for other processes, in milliseconds. */
const briefTimeoutMs = 500;

/**
 * Opens a store of feedback in one SQLite file. Throws an Error that says what to
 * do where it cannot be opened.
 *
 * Writes of feedback run in a thread, started with the first of them: it takes
 * 20 MB, which a server that is told nothing does not need. Until then the few
 * reads, and the documents, are done right here.
 */
export function createSqliteStore({
  file,
  busyTimeoutMs = 5000,
  limits,
}: SqliteStoreOptions): FeedbackStore {
  const here = openSqliteDatabase({ file, busyTimeoutMs: Math.min(busyTimeoutMs, briefTimeoutMs) });
  let host: SqliteHost | undefined;
  let closed = false;

  const startHost = (): SqliteHost => {
    const started = startSqliteHost({ file, busyTimeoutMs }, () => {
      if (host === started) host = undefined;
    });
    return started;
  };

  const attempt = async <T>(work: () => T | Promise<T>): Promise<T> => {
    if (closed) throw storeUnavailable("is closed");
    try {
      return await work();
    } catch (error) {
      throw storeUnavailable("cannot be read or written now", error);
    }
  };
  /** Calls a method that the event loop should not wait for. */
  const write = <M extends SqliteMethod>(
    method: M,
    ...values: Parameters<SqliteDatabase[M]>
  ): Promise<ReturnType<SqliteDatabase[M]>> =>
    attempt(() => (host ??= startHost()).call(method, ...values));

  /** Calls a method that is brief, unless much else is going on. */
  const read = <M extends SqliteMethod>(
    method: M,
    ...values: Parameters<SqliteDatabase[M]>
  ): Promise<ReturnType<SqliteDatabase[M]>> =>
    attempt(async () => {
      if (host !== undefined) return host.call(method, ...values);
      // Whoever reads on and on leaves the event loop time between.
      await setImmediate();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lost by the index alone
      const run = here[method] as (...all: typeof values) => ReturnType<SqliteDatabase[M]>;
      return run(...values);
    });

  const group = createGroupCommit((reports) => write("commit", reports), limits);

  return {
    commit: group.commit,
    readEvents: (after, limit) => read("readEvents", after, limit),
    readRows: (query) => readRows(query, (page) => read("scanRows", page)),
    addPredictions: (counts) => write("addPredictions", counts),
    readPredictions: (model, since = 0) => read("readPredictions", model, since),
    putSketch: (sketch) => write("putSketch", sketch),
    readSketches: (model, version, since) => read("readSketches", model, version, since),
    keepDocument: (kind, name, text) => read("keepDocument", kind, name, text),
    readDocument: (kind, name) => read("readDocument", kind, name),
    readSnapshot: () => read("readSnapshot"),
    saveSnapshot: (snapshot) => write("saveSnapshot", snapshot),
    async forget(bounds) {
      // There is seldom much to forget, and nothing where nothing is reported.
      const first = await read("forgetSome", bounds);
      const rest = first.more ? await forgetAll(() => write("forgetSome", bounds)) : { rows: 0 };
      return { rows: first.rows + rest.rows };
    },
    async close() {
      if (closed) return;
      await group.close();
      closed = true;
      await host?.call("close").catch(() => {});
      here.close();
    },
  };
}

/** Reads a whole page, scan by scan, so that commits get their turn between. */
async function readRows(
  query: RowQuery,
  scan: (query: RowQuery) => Promise<RowPage>,
): Promise<RowPage> {
  const rows: FeedbackEvent[] = [];
  let next: number | undefined = query.before;
  // One row more than is asked for tells whether there is a page after this.
  while (next !== undefined && rows.length <= query.limit) {
    const limit = query.limit + 1 - rows.length;
    const page: RowPage = await scan({ ...query, before: next, limit });
    rows.push(...page.rows);
    next = page.next;
  }
  return toRowPage(rows, query.limit);
}
