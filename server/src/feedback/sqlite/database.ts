import { openConnection, type SqliteFile } from "./connection.ts";
import { createSqliteEvents, type SqliteEvents } from "./events.ts";
import { createSqliteRecords, type SqliteRecords } from "./records.ts";
import { createSqliteRetention, type SqliteRetention } from "./retention.ts";
import { createSqliteSlices } from "./slices.ts";

/**
 * A store of feedback in one file, whose methods wait for the disk. Each does
 * all that it should, or throws and has changed nothing.
 */
export interface SqliteDatabase extends SqliteEvents, SqliteRecords, SqliteRetention {
  close(): void;
}

/** Opens a database. Throws an Error that says what to do where it cannot be opened. */
export function openSqliteDatabase(file: SqliteFile): SqliteDatabase {
  const connection = openConnection(file);
  const slices = createSqliteSlices(connection);
  return {
    ...createSqliteEvents(connection, slices),
    ...createSqliteRecords(connection, slices),
    ...createSqliteRetention(connection),
    close: () => connection.close(),
  };
}
