import { createGroupCommit, type GroupLimits } from "../group-commit.ts";
import type { FeedbackStore } from "../store.ts";
import { storeUnavailable } from "../unavailable.ts";
import { createPostgresConnection, type PostgresConnection } from "./connection.ts";
import { createPostgresEvents } from "./events.ts";
import { createPostgresRecords } from "./records.ts";
import { explainRefusal } from "./refusal.ts";
import { createPostgresRetention } from "./retention.ts";
import { createPostgresSlices } from "./slices.ts";

/** Which database a store is in, and how it is used. */
export interface PostgresStoreOptions {
  /** The database: `postgres://user:password@host:port/database`. Its password is told to nobody. */
  readonly url: string;
  /** True: rejects if the database cannot be reached. @default false, it may come later */
  readonly mustExist?: boolean;
  /** Is told why the database cannot be reached at first. */
  readonly reportFault?: (fault: unknown) => void;
  /** How reports are gathered. */
  readonly limits?: GroupLimits;
}

/**
 * Makes a store of feedback in a PostgreSQL database, which several servers may
 * share. A database that is not there yet makes every method reject until it is.
 * Rejects with an Error that says what to do if the database refuses this
 * program: by its password, its rights, or because a newer one wrote it.
 */
export async function createPostgresStore({
  url,
  mustExist = false,
  reportFault,
  limits,
}: PostgresStoreOptions): Promise<FeedbackStore> {
  const connection = createPostgresConnection(url);
  try {
    await connection.prepare();
  } catch (error) {
    const refusal = explainRefusal(error);
    if (refusal !== undefined || mustExist) {
      await connection.close();
      throw new Error(`the store of feedback cannot be opened: ${refusal ?? tell(error)}`, {
        cause: error,
      });
    }
    reportFault?.(new Error(`the store of feedback cannot be reached yet: ${tell(error)}`));
  }
  return guard(connection, limits);
}

function guard(connection: PostgresConnection, limits: GroupLimits | undefined): FeedbackStore {
  const slices = createPostgresSlices(connection.query);
  const events = createPostgresEvents(connection, slices);
  const records = createPostgresRecords(connection, slices);
  const retention = createPostgresRetention(connection);
  let closed = false;

  const attempt =
    <Values extends readonly unknown[], T>(work: (...values: Values) => Promise<T>) =>
    async (...values: Values): Promise<T> => {
      if (closed) throw storeUnavailable("is closed");
      try {
        return await work(...values);
      } catch (error) {
        throw storeUnavailable("cannot be read or written now", error);
      }
    };
  const group = createGroupCommit(attempt(events.commit), limits);

  return {
    commit: group.commit,
    readEvents: attempt(events.readEvents),
    readRows: attempt(events.readRows),
    addPredictions: attempt(records.addPredictions),
    readPredictions: attempt(records.readPredictions),
    putSketch: attempt(records.putSketch),
    readSketches: attempt(records.readSketches),
    keepDocument: attempt(records.keepDocument),
    readDocument: attempt(records.readDocument),
    readSnapshot: attempt(events.readSnapshot),
    saveSnapshot: attempt(events.saveSnapshot),
    forget: attempt(retention.forget),
    async close() {
      if (closed) return;
      await group.close();
      closed = true;
      await connection.close();
    },
  };
}

function tell(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, the message may be empty.
  return error.message || ("code" in error ? String(error.code) : error.name);
}
